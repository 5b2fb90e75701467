internal import CommandLine
internal import Glibc
internal import REPL

exit(Demilune.main(Demilune.verbs.adding(.repl, after: .decide)))
