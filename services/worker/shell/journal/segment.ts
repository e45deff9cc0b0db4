import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** One append-only file of a journal: made when the first record comes, cut back after a write that failed half-way. */
export class Segment {
  /** Bytes of whole records. */
  size = 0
  private file: FileHandle | undefined

  /** `head`: the first record, which says whose this is. */
  constructor(
    readonly path: string,
    private readonly head: string,
  ) {}

  get exists(): boolean {
    return this.file !== undefined
  }

  /** Writes, and waits until the disk has it if `durably`. Rejects with the file system's error; then nothing of it is there. */
  async append(text: string, durably: boolean): Promise<void> {
    const file = this.file ?? (await this.begin())
    try {
      const end = await writeAll(file, Buffer.from(text), this.size)
      if (durably) await file.datasync()
      this.size = end
    } catch (cause) {
      await file.truncate(this.size).catch(() => undefined) // else reading it again finds, and leaves out, half a record
      throw cause
    }
  }

  async close(): Promise<void> {
    await this.file?.close()
    this.file = undefined
  }

  /** Deletes the file; the next record begins another of the same name. */
  async remove(): Promise<void> {
    if (this.file === undefined) return
    await this.close()
    this.size = 0
    await unlink(this.path).catch(() => undefined) // its records are repeats by now, which the log knows
  }

  private async begin(): Promise<FileHandle> {
    const dir = dirname(this.path)
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const file = await open(this.path, 'w', 0o600)
    try {
      const end = await writeAll(file, Buffer.from(this.head), 0)
      await file.datasync()
      await syncDir(dir)
      this.size = end
      this.file = file
      return file
    } catch (cause) {
      await file.close()
      throw cause
    }
  }
}

/** A disk that is nearly full takes a part without a word; the next write then fails. Resolves to where it ends. */
const writeAll = async (file: FileHandle, bytes: Buffer, from: number): Promise<number> => {
  let done = 0
  while (done < bytes.length) done += (await file.write(bytes, done, bytes.length - done, from + done)).bytesWritten
  return from + done
}

/** So that a power cut does not take the name of a new file. */
const syncDir = async (dir: string): Promise<void> => {
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
