import { open } from 'node:fs/promises'

/** More than what is read of any process: its figures, or a command line with the path of a folder. */
const ENOUGH = 8_192

/**
 * Text of a file below /proc, as far as it is wanted; throws as the file system does. Such files tell no size, and `readFile`
 * would take 64 KiB for each: many are read many times a second, and the allocator keeps holes of what is freed.
 */
export const readProc = async (path: string): Promise<string> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(ENOUGH), 0, ENOUGH, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
