import { Args, Flags } from '@oclif/core'

/** What commands are about, as an argument. */
export const jobArg = Args.string({ description: 'Name of the job', required: true })
export const workerArg = Args.string({ description: 'Name of the worker', required: true })
export const instanceArg = Args.string({ description: 'Instance: job.task.index', required: true })

export const sequenceArg = Args.string({ description: 'Sequence of the event', required: true })

/** Of commands about the container of an instance. */
export const attemptFlag = Flags.integer({
  description: 'That of this attempt instead of the last',
  helpValue: 'N',
  min: 1,
})

/** Of commands that read the past of the log. */
export const archiveFlag = Flags.string({
  description: 'Read what `ork archive` has moved into this folder too',
  helpValue: 'DIR',
})

/** Of commands that need nothing but the log: where it is. */
export const pastFlags = {
  archive: archiveFlag,
  bundle: Flags.string({
    description: 'Read the log from this file of `ork bundle`; no cluster is asked',
    helpValue: 'FILE',
    exclusive: ['archive'],
  }),
}

/** What jobs are read from. */
export const filesArg = Args.string({
  description:
    'Job file or Compose file, YAML or JSON; - for standard input. Of several Compose files each is merged over those before',
  required: true,
  multiple: true,
})

/** Of commands that take Compose files, too. */
export const composeFlags = {
  profile: Flags.string({
    description: 'Of a Compose file: take the services of this profile along [default: COMPOSE_PROFILES]',
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
  }),
  lenient: Flags.boolean({
    default: false,
    description: 'Of a Compose file: leave out what cannot be carried over, instead of refusing it',
  }),
}

/** Of commands that change something. */
export const reasonFlag = Flags.string({ description: 'Why, for the log', helpValue: 'TEXT' })

/** Of commands that bring a version of a job up, and follow it. */
export const followFlags = {
  detach: Flags.boolean({ default: false, char: 'd', description: 'Return as soon as it is accepted' }),
  wait: Flags.boolean({
    default: false,
    description: 'Go on waiting when instances fit on no worker, or do not come up',
  }),
}
