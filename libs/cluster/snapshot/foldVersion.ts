// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 30
export const FOLD_DIGEST = '5657a8b2f1d1db0aadb014a6d6b7706376e12425091d181cb7a5e0e449e9ab42'
