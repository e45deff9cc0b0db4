/** What an instance may ask of itself in its environment, its command and arguments, as `${ork.index}`. */
export interface Facts {
  readonly job: string
  readonly task: string
  readonly index: number
  readonly attempt: number
  readonly worker: string
  /** Ports of the machine by the names of the task's ports. */
  readonly ports: Readonly<Record<string, number>>
}

const FACTS = ['job', 'task', 'index', 'attempt', 'worker'] as const

/** Of those, what is known before there is a place: a volume's name can hang on these alone. */
export const VOLUME_FACTS = ['job', 'task', 'index'] as const

/** `${ork.…}`, and `$${ork.…}` for the text itself. Any other `${…}` is left to who reads the text. */
const TEMPLATE = /\$?\$\{ork\.([^}]*)\}/g

/** The templates in a text that mean nothing here. `ports`: names of ports that are known before the start. */
export const unknownTemplates = (text: string, ports: readonly string[]): readonly string[] =>
  [...text.matchAll(TEMPLATE)].flatMap(([whole, name = '']) =>
    whole.startsWith('$$') || isFact(name) || ports.some((port) => name === `port.${port}`) ? [] : [name],
  )

const isFact = (name: string): name is (typeof FACTS)[number] => (FACTS as readonly string[]).includes(name)

/** All names that a template may have. */
export const templateNames = (ports: readonly string[]): readonly string[] => [
  ...FACTS,
  ...ports.map((port) => `port.${port}`),
]

/** The text with the facts in it; a template that means nothing stays as it is. */
export const fillIn = (text: string, facts: Facts): string =>
  text.includes('${ork.')
    ? text.replace(TEMPLATE, (whole, name: string) => {
        if (whole.startsWith('$$')) return whole.slice(1)
        if (isFact(name)) return String(facts[name])
        const port = name.startsWith('port.') ? facts.ports[name.slice('port.'.length)] : undefined
        return port === undefined ? whole : String(port)
      })
    : text

/** Whether the volume of that name is what some instance of the task, whichever its index, means by this source. */
export const meansVolume = (source: string, of: Pick<Facts, 'job' | 'task'>, name: string): boolean => {
  const parts = source.split('${ork.index}').map((part) => volumeName(part, { ...of, index: 0 }))
  const literal = parts.map((part) => part.replace(/[^A-Za-z0-9_-]/g, '\\$&'))
  return new RegExp(`^${literal.join('\\d+')}$`).test(name)
}

/** The name of the volume that an instance means by this source. */
export const volumeName = (source: string, of: Pick<Facts, (typeof VOLUME_FACTS)[number]>): string =>
  fillIn(source, { ...of, attempt: 0, worker: '', ports: {} })
