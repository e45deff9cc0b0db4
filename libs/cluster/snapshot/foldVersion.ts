// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 25
export const FOLD_DIGEST = 'c66eaaad30dc8511edf1a49e9c16fe3a4eb1f16df7cf925f83810ed9050f57e6'
