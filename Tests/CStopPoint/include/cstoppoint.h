#ifndef CSTOPPOINT_H
#define CSTOPPOINT_H

// A library that tests load into the unchanged program (LD_PRELOAD). It counts the calls that write: write, pwrite,
// fsync, fdatasync, rename, unlink and ftruncate, and can end the process at one of them as if it were killed there.
//
//   DEMILUNE_STOP_AT=N       the process is killed instead of making the Nth call; a write is half done
//   DEMILUNE_STOP_TRACE=FILE one letter for each call, written when the process ends by itself: `w` for a write, `u`
//   for an unlink, `s` for a flush, a rename or a truncation

#endif
