// Written by `npm run docs`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = 26
export const FOLD_DIGEST = 'bd510516da7e75dc21432965b16d5ad043b30fe2e53cf549ba3908b1f4554af8'
