internal import Commands
internal import Glibc

exit(Demilune.main())
