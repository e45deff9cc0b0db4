const cleaned = (path: string): readonly string[] => {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part === '..' ? !path.startsWith('/') : part !== '' && part !== '.') parts.push(part)
  }
  return parts
}

/** An absolute path: `path` as it is meant in `folder`, which is absolute. */
export const pathIn = (folder: string, path: string): string =>
  `/${cleaned(path.startsWith('/') ? path : `${folder}/${path}`).join('/')}`

/**
 * `path` as it is meant in `folder`, which may be relative: then the path is to where that folder is, too, and begins
 * with a dot, as Compose wants a path where it could be a name.
 */
export const pathFrom = (folder: string, path: string): string => {
  if (/^[/~]/.test(path) || folder === '.') return path
  if (folder.startsWith('/')) return pathIn(folder, path)
  const parts = cleaned(`${folder}/${path}`)
  return parts[0] === '..' ? parts.join('/') : ['.', ...parts].join('/')
}

/** The folder of a file; `.` where the path names none. */
export const folderOf = (path: string): string => {
  const at = path.lastIndexOf('/')
  return at < 0 ? '.' : path.slice(0, at) || '/'
}

/** A path without what makes no difference, so that two of them can be compared and shown. */
export const plainPath = (path: string): string => (path.startsWith('/') ? '/' : '') + cleaned(path).join('/')
