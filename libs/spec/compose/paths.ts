/** An absolute path: `path` as it is meant in `folder`, which is absolute. */
export const pathIn = (folder: string, path: string): string => {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'
