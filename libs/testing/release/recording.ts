import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as E from 'fp-ts/Either'
import { type Cluster, dumpCluster } from '#libs/cluster'
import type { Connection } from '#libs/log'

const FOLDER = join(__dirname, '..', '..', '..', '..', 'libs', 'testing', 'release', 'recorded')

const ANSWER_MS = 10_000

/** One message of a log, as it is stored; the n-th has the sequence n. */
export interface RecordedMessage {
  readonly subject: string
  /** As JSON. */
  readonly event: unknown
}

/** What a release wrote, and what its own fold made of it. */
export interface Recording {
  readonly release: string
  readonly messages: readonly RecordedMessage[]
  /** The view in parts, as `dumpCluster` gives them. */
  readonly dump: Readonly<Record<string, unknown>>
}

const logFile = (release: string): string => join(FOLDER, `v${release}.log.jsonl.gz`)
const dumpFile = (release: string): string => join(FOLDER, `v${release}.dump.json.gz`)

/** The releases of which there is a recording. */
export const recordedReleases = (): readonly string[] =>
  readdirSync(FOLDER).flatMap((file) => /^v(.+)\.log\.jsonl\.gz$/.exec(file)?.[1] ?? [])

export const readRecording = (release: string): Recording => {
  const text = (file: string): string => gunzipSync(readFileSync(file)).toString('utf8')
  const lines = text(logFile(release)).trimEnd().split('\n')
  return { release, messages: lines.map((line) => JSON.parse(line)), dump: JSON.parse(text(dumpFile(release))) }
}

/** Throws where the release has a recording already: what it wrote then can never be written again. */
export const writeRecording = ({ release, messages, dump }: Recording): void => {
  if (existsSync(logFile(release))) throw new Error(`there is a recording of ${release}, and it stays as it is`)
  mkdirSync(FOLDER, { recursive: true })
  const lines = messages.map((message) => `${JSON.stringify(message)}\n`)
  writeFileSync(logFile(release), gzipSync(lines.join(''), { level: 9 }))
  writeFileSync(dumpFile(release), gzipSync(JSON.stringify(dump), { level: 9 }))
}

/** The view in plain parts, as it would be read back from JSON. */
export const plainDump = (cluster: Cluster): Recording['dump'] =>
  JSON.parse(JSON.stringify(Object.fromEntries(dumpCluster(cluster))))

/** Puts a recording into an empty log, message by message, so that each has its old sequence again. */
export const loadRecording = async ({ bus }: Connection, { messages }: Recording): Promise<void> => {
  for (const [at, { subject, event }] of messages.entries()) {
    const answer = await bus.request(subject, event, ANSWER_MS)
    const seq = E.isRight(answer) ? (answer.right as { readonly seq?: number }).seq : undefined
    if (seq !== at + 1) throw new Error(`message ${at + 1} is not there, but ${JSON.stringify(answer)}`)
  }
}
