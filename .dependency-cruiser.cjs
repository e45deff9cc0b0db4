// The walls of the house. Every rule has its reason; `npm run check` (.ci/walls.cjs) holds them.
'use strict'

const TEST = '\\.test\\.ts$'
const PURE_LIBS = '^libs/(kernel|spec|events|cluster)/'
const FRONT_DOOR = 'What a lib shows is in its index.ts; anything behind may change without a look at who uses it.'
// Each fixture is a door of its own: the test of a core must not load a Docker client with its given/when/then.
const FIXTURES = '^libs/testing/'
const DRIVERS_DOOR = '^libs/drivers/index\\.ts$'
const CORE = '^services/[^/]+/core/'
const CORE_DOOR = '^services/[^/]+/core/index\\.ts$'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'services-stay-apart',
      comment:
        'Services meet in the log alone; an import would let one call another, and they must restart separately.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'core-is-self-contained',
      comment:
        'A core is a pure function of events, so it imports only itself, the pure libs and fp-ts (and the words of the ' +
        "drivers' port, see below); everything else is the shell's to hand in as an argument.",
      severity: 'error',
      from: { path: '^services/([^/]+)/core/', pathNot: TEST },
      to: { pathNot: ['^services/$1/core/', PURE_LIBS, 'node_modules/(fp-ts|io-ts)/', DRIVERS_DOOR] },
    },
    {
      name: 'core-takes-only-words-from-drivers',
      comment:
        "The worker's core decides about containers, so it speaks of them in the words of the drivers' port: types, " +
        'which are gone when it runs. Anything with code in it would bring an engine into the core.',
      severity: 'error',
      from: { path: CORE, pathNot: TEST },
      to: { path: '^libs/drivers/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-code-has-no-machine',
      comment:
        'No clock, file, network or random number in what replays the log, as it was or as it might have been: the same ' +
        'events must give the same view.',
      severity: 'error',
      from: { path: [CORE, PURE_LIBS, '^cli/whatif/'], pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-libs-stay-pure',
      comment:
        'The model and the vocabulary import only each other; otherwise every core would drag in what they import.',
      severity: 'error',
      from: { path: PURE_LIBS, pathNot: TEST },
      to: { path: '^(libs|services|cli|bench)/', pathNot: PURE_LIBS },
    },
    {
      name: 'only-log-speaks-nats',
      comment:
        'libs/log is the one port to the log, so the broker can be understood, tested and replaced in one place.',
      severity: 'error',
      from: { pathNot: ['^libs/log/', TEST] },
      to: { path: 'node_modules/(nats|@nats-io)/' },
    },
    {
      name: 'only-drivers-speak-docker',
      comment:
        'A worker knows containers through the driver port alone; libs/testing makes the engines and images of tests.',
      severity: 'error',
      from: { pathNot: '^libs/(drivers|testing)/' },
      to: { path: 'node_modules/(dockerode|docker-modem|@types/dockerode)/' },
    },
    {
      name: 'only-spec-knows-croner',
      comment:
        'When a schedule comes is a question to libs/spec: one library answers it, and changes of clocks, in one place.',
      severity: 'error',
      from: { pathNot: '^libs/spec/' },
      to: { path: 'node_modules/croner/' },
    },
    {
      name: 'cli-talks-to-the-log',
      comment:
        'The cli is a client like any other: it reads the log and the API. Only commands that start a service import one. ' +
        'A core is pure: decisions of the past are made again with the very code that made them.',
      severity: 'error',
      from: { path: '^cli/', pathNot: ['^cli/(commands/(manager|scheduler|worker)|start/dev)\\.ts$'] },
      to: { path: '^services/', pathNot: CORE_DOOR },
    },
    {
      name: 'services-are-started-at-the-door',
      comment:
        'Who starts a service does so through its main.ts, and who asks its core does so through the index; the shell is ' +
        'its own. The benches of placement start none: they measure the core itself, without a log.',
      severity: 'error',
      from: { path: '^(cli|bench)/', pathNot: '^bench/(place|epvm)(\\.ts$|/)' },
      to: { path: '^services/', pathNot: ['^services/[^/]+/main\\.ts$', CORE_DOOR] },
    },
    {
      name: 'libs-know-no-service',
      comment:
        'Libs are below: a service or the cli imports them, never the other way (the simulator drives cores, so it may).',
      severity: 'error',
      from: { path: '^libs/', pathNot: '^libs/testing/' },
      to: { path: '^(services|cli|bench)/' },
    },
    {
      name: 'libs-have-a-front-door',
      comment: FRONT_DOOR,
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '/index\\.ts$', FIXTURES] },
    },
    {
      name: 'outsiders-use-the-front-door',
      comment: FRONT_DOOR,
      severity: 'error',
      from: { path: '^(services|cli|bench)/' },
      to: { path: '^libs/', pathNot: ['/index\\.ts$', FIXTURES] },
    },
    {
      name: 'tests-stay-out-of-production',
      comment: 'Fixtures and tests start daemons and import dev packages that an installed ork does not have.',
      severity: 'error',
      from: { path: '^(libs|services|cli)/', pathNot: [TEST, '^libs/testing/'] },
      to: { path: ['^libs/testing/', TEST] },
    },
    {
      name: 'production-needs-no-dev-package',
      comment: 'An installed ork has only `dependencies`.',
      severity: 'error',
      from: { path: '^(libs|services|cli)/', pathNot: [TEST, '^libs/testing/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'packages-are-declared',
      comment: 'A package that only somebody else depends on may go with their next release.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'imports-resolve',
      comment: 'An import that leads nowhere fails at run time, and hides from every other rule here.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      comment:
        'Files that load each other find one another half loaded, and what two files know of each other is one concept ' +
        'or three: also where only types close the circle.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that imports nothing and that nobody imports is dead, unless it is started by name.',
      severity: 'error',
      from: { orphan: true, pathNot: [TEST, '\\.d\\.ts$', '^cli/commands/', '^bench/', '/main\\.ts$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'node', 'default'] },
    tsPreCompilationDeps: true, // an import of types is an import: it ties the files together all the same
  },
}
