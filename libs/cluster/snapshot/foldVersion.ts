// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 33
export const FOLD_DIGEST = '3059d72c30b75d7393c37ee82a0e0a5c1575f1605df2438f0428e784b6c5f403'
