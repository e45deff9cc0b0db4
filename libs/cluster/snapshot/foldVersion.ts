// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 14
export const FOLD_DIGEST = '59006e7383c2e6e02f2a4cf288baa8b2ab33f2becba2193800bded3f896352d9'
