import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { renderError } from '#libs/kernel'
import { schemaAccepts, schemaCanSay } from '../testing/docs/agreement'
import { decodeJobText, parseJobFile } from './parse'

/** What is wrong, the file, where it must be told, and words that the error must have. */
type Case = readonly [what: string, text: string, where: string, ...phrases: string[]]

const job = (rest: string): string => `name: web\ntasks:\n  - name: api\n    image: nginx:1\n    ${rest}\n`
const at = (column: number, path: string): string => `f:5:${column} tasks[0].${path}`

/** The rest of a cron job. */
const cron = (value: string, more = 'env: {}'): string =>
  `kind: cron\ncron: ${value}\ntasks: [{name: a, image: b, ${more}}]`

const texts: readonly Case[] = [
  ['nothing', '', 'f:1:1', 'the file is empty'],
  ['only a comment', '# hello\n', 'f:1:1', 'the file is empty'],
  ['a text', 'hello', 'f:1:1', 'expected a map', '"hello"'],
  ['a list', '- a', 'f:1:1', 'expected a map', 'a list'],
  ['two documents', `${job('replicas: 1')}---\n${job('replicas: 1')}`, 'f:7:1', '2 documents'],
  ['an open bracket', 'name: [', 'f:1:8', 'not readable'],
  ['a tab as indentation', 'name: a\ntasks:\n\t- b', 'f:3:1', 'not readable'],
  ['an unknown tag', 'name: !secret x\ntasks: []', 'f:1:7', 'not readable'],
  ['an alias of nothing', 'name: *x\ntasks: []', 'f:1:7 name', '*x', 'names nothing'],
  ['an alias of what it is in', 'name: a\ntasks: &t [*t]', 'f:2:12 tasks[0]', 'stands inside'],
  ['a repeated JSON key', '{"name":"a",\n"name":"b","tasks":[]}', 'f:2:1 name', 'written twice'],
  ['a repeated key', job('replicas: 1\n    replicas: 2'), 'f:6:5 tasks[0].replicas', 'written twice'],
  ['a prototype key', '{"__proto__": {"name": "x"}}', 'f:1:2 __proto__', 'not allowed'],
  ['a constructor key', job('env: {constructor: x}'), at(11, 'env.constructor'), 'not allowed'],
  ['a list as a key', '? [a]\n: b', 'f:1:3', 'must be plain text'],
  ['a merge of a number', 'name: a\n<<: 5', 'f:2:5 ["<<"]', 'a merge key takes a map'],
  ['depth 1,000', '['.repeat(1000), 'f:1:66', 'nested too deep'],
  ['depth 1,000 in JSON', `{"name":${'{"a":'.repeat(1000)}1${'}'.repeat(1001)}`, 'f:1:', 'nested too deep'],
  ['depth 1,000 of dashes', '- '.repeat(1000), 'f:1:', 'nested too deep'],
  ['depth 70 by aliases', depthByAliases(), 'f:64:12 a63[0]', 'nested too deep'],
  ['a billion laughs', laughs(), 'f:', 'aliases expanded'],
  ['two megabytes', `# ${'x'.repeat(2 ** 21)}`, 'f:1:1', 'larger than 1024 KiB'],
  ['a million brackets', '}'.repeat(2 ** 20), 'f:1:', 'too many values'],
  ['600 KiB of env', job(`env: {A: "${'x'.repeat(600 * 1024)}"}`), 'f:1:1', 'in the log'],
]

const jobs: readonly Case[] = [
  ['no name', 'tasks: [{name: a, image: b}]', 'f:1:1 name', '`name` is missing'],
  ['no tasks', 'name: a', 'f:1:1 tasks', '`tasks` is missing'],
  ['an empty list of tasks', 'name: a\ntasks: []', 'f:2:8 tasks', 'at least one', '0 items'],
  ['tasks as a map', 'name: a\ntasks: {api: {}}', 'f:2:8 tasks', 'a list of tasks', 'a map', 'write a list'],
  ['a name in upper case', 'name: Web\ntasks: [{name: a, image: b}]', 'f:1:7 name', '"Web"'],
  ['a name with a dot', 'name: a.b\ntasks: [{name: a, image: b}]', 'f:1:7 name', '"a.b"'],
  ['a name that ends in "-"', 'name: a-\ntasks: [{name: a, image: b}]', 'f:1:7 name', '"a-"'],
  ['a name that is too long', `name: ${'a'.repeat(64)}\ntasks: [{name: a, image: b}]`, 'f:1:7 name', '63'],
  ['a name with CRLF', 'name: "a\\r\\nb"\ntasks: [{name: a, image: b}]', 'f:1:7 name', 'a\\r\\nb'],
  ['a number as a name', 'name: 5\ntasks: [{name: a, image: b}]', 'f:1:7 name', 'found 5'],
  ['an unknown kind', 'name: a\nkind: servce\ntasks: [{name: a, image: b}]', 'f:2:7 kind', 'mean `service`'],
  [
    'a cron job that never runs',
    'name: a\nkind: cron\ntasks: [{name: a, image: b}]',
    'f:1:1 cron',
    'says when it runs',
  ],
  ['a schedule of a service', `name: a\n${cron('"* * * * *"')}`.replace('kind: cron\n', ''), 'f:2:7 cron', 'no `cron`'],
  ['a schedule of four fields', `name: a\n${cron('"* * * *"')}`, 'f:3:7 cron.schedule', 'five fields'],
  ['a schedule with seconds', `name: a\n${cron('"0 * * * * *"')}`, 'f:3:7 cron.schedule', 'five fields'],
  ['a word for a schedule', `name: a\n${cron('daily')}`, 'f:3:7 cron.schedule', 'five fields'],
  ['minute 60', `name: a\n${cron('"60 * * * *"')}`, 'f:3:7 cron.schedule', 'Invalid value for minute'],
  ['a step of 0', `name: a\n${cron('"*/0 * * * *"')}`, 'f:3:7 cron.schedule', 'illegal stepping'],
  ['the 30th of February', `name: a\n${cron('{schedule: "0 0 30 2 *"}')}`, 'f:3:18 cron.schedule', 'never comes'],
  ['a number as a schedule', `name: a\n${cron('5')}`, 'f:3:7 cron.schedule', 'five fields'],
  ['a time zone that is none', `name: a\n${cron('{timeZone: Mars/Olympus}')}`, 'f:3:18 cron.timeZone', 'no time zone'],
  ['an offset as a time zone', `name: a\n${cron('{timeZone: "+01:00"}')}`, 'f:3:18 cron.timeZone', 'Europe/Berlin'],
  ['an unknown overlap', `name: a\n${cron('{overlap: alow}')}`, 'f:3:17 cron.overlap', 'mean `allow`'],
  ['a catch-up of a second', `name: a\n${cron('{catchUp: 1s}')}`, 'f:3:17 cron.catchUp', 'from 10s'],
  ['no runs to keep', `name: a\n${cron('{keepRuns: 0}')}`, 'f:3:18 cron.keepRuns', 'from 1 to 100'],
  [
    'a parameter with a space',
    `name: a\n${cron('{params: {a b: c}}')}`,
    'f:3:17 cron.params["a b"]',
    'a variable name',
  ],
  [
    "Kubernetes' word in cron",
    `name: a\n${cron('{concurrencyPolicy: x}')}`,
    'f:3:8 cron.concurrencyPolicy',
    '`overlap`',
  ],
  [
    'a schedule that would have to be told something',
    `name: a\n${cron('{schedule: "* * * * *", requiredParams: [A]}')}`,
    'f:3:47 cron.requiredParams',
    'gives no parameters',
  ],
  [
    'a parameter that has a value and must be told',
    `name: a\n${cron('{params: {A: b}, requiredParams: [A]}')}`,
    'f:3:41 cron.requiredParams[0]',
    'has a value in `params`',
  ],
  [
    'a cron job that always restarts',
    `name: a\n${cron('"* * * * *"', 'restart: {policy: always}')}`,
    'f:4:47 tasks[0].restart.policy',
    'never completes',
  ],
  [
    'more instances in a run than there may be',
    `name: a\n${cron('"* * * * *"', 'replicas: 1001')}`,
    'f:4:39 tasks[0].replicas',
    'at most 1000 instances',
  ],
  [
    'waiting in runs that overlap',
    'name: a\nkind: cron\ncron: {overlap: allow}\ntasks:\n- {name: b, image: b}\n- {name: c, image: b, dependsOn: [b]}',
    'f:6:34 tasks[1].dependsOn',
    'that overlap',
  ],
  [
    'a deadline of a service',
    'name: a\ndeadline: 1m\ntasks: [{name: a, image: b}]',
    'f:2:11 deadline',
    'a service job has no `deadline`',
  ],
  [
    'replicas in a system job',
    'name: a\nkind: system\ntasks:\n- {name: a, image: b, replicas: 3}',
    'f:4:33 tasks[0].replicas',
    'a system job runs one instance on each worker',
    'kind: service',
  ],
  ['a hook as a map', job('prestart: {name: a}'), at(15, 'prestart'), 'a list of hooks', 'write a list'],
  ['no hooks', job('prestart: []'), at(15, 'prestart'), '0 items'],
  ['a hook that runs nothing', job('prestart: [{name: a}]'), at(16, 'prestart[0].command'), 'nothing says what'],
  [
    'two hooks of one name',
    job('prestart: [{name: a, args: [x]}, {name: a, args: [y]}]'),
    at(45, 'prestart[1].name'),
    'is taken by item [0]',
  ],
  [
    'a name of a hook before and after',
    job('prestart: [{name: a, args: [x]}]\n    poststop: [{name: a, args: [y]}]'),
    'f:6:23 tasks[0].poststop[0].name',
    'taken by a hook of `prestart`',
  ],
  ['a hook with ports', job('prestart: [{name: a, args: [x], ports: [80]}]'), at(37, 'prestart[0].ports'), 'ports'],
  [
    'a hook with no time',
    job('poststop: [{name: a, args: [x], timeout: 1ms}]'),
    at(46, 'poststop[0].timeout'),
    '100ms',
  ],
  [
    'a template in a hook that means nothing',
    job('prestart: [{name: a, args: ["${ork.nil}"]}]'),
    at(33, 'prestart[0].args[0]'),
    'means nothing',
  ],
  [
    'a hook of the process driver with an image',
    'name: a\ntasks:\n- {name: a, driver: process, command: [a], prestart: [{name: b, image: c, command: [d]}]}',
    'f:3:72 tasks[0].prestart[0].image',
    'runs no image',
  ],
  ['a probe by another scheme', job('health: {http: {scheme: ftp, port: 80}}'), at(29, 'health.http.scheme'), 'https'],
  [
    'a template in a check that means nothing',
    job('health: {command: [a, "${ork.nil}"]}'),
    at(27, 'health.command[1]'),
    'means nothing',
  ],
  ['completions of a service', job('completions: 2'), at(18, 'completions'), 'kind: batch'],
  ['parallelism of a service', job('parallelism: 2'), at(18, 'parallelism'), 'kind: batch'],
  [
    'completions beside other replicas',
    'name: a\nkind: batch\ntasks: [{name: a, image: b, replicas: 2, completions: 3}]',
    'f:3:55 tasks[0].completions',
    '`replicas` says 2',
  ],
  ['a task that waits for itself', job('dependsOn: [api]'), at(16, 'dependsOn'), 'waits for itself'],
  ['a task that waits for none', job('dependsOn: [db]'), at(16, 'dependsOn'), 'there is no task "db"', 'here: api'],
  ['an unknown condition', job('dependsOn: {db: done}'), at(21, 'dependsOn.db'), 'started, healthy, completed'],
  [
    'waiting for a service to complete',
    'name: a\ntasks:\n- {name: b, image: b}\n- {name: c, image: b, dependsOn: {b: completed}}',
    'f:4:34 tasks[1].dependsOn',
    'b always restarts',
  ],
  [
    'tasks that wait in a circle',
    'name: a\ntasks:\n- {name: b, image: b, dependsOn: [c]}\n- {name: c, image: b, dependsOn: {b: healthy}}',
    'f:3:34 tasks[0].dependsOn',
    'b → c → b',
  ],
  ['an unknown field', 'name: a\nfoo: 1\ntasks: [{name: a, image: b}]', 'f:2:1 foo', 'fields here: name'],
  ['a slip in a field', 'name: a\ntaks: []', 'f:2:1 taks', 'did you mean `tasks`?'],
  ["Compose's word", 'name: a\nservices: []', 'f:2:1 services', 'did you mean `tasks`?'],
  ['two tasks of one name', 'name: a\ntasks:\n- {name: a, image: b}\n- {name: a}', 'f:4:10 tasks[1].name', 'taken by'],
  [
    'a batch job that always restarts',
    'name: a\nkind: batch\ntasks: [{name: a, image: b, restart: {policy: always}}]',
    'f:3:47 tasks[0].restart.policy',
    'never completes',
  ],
  [
    'two tasks on one host port',
    'name: a\ntasks:\n- {name: a, image: b, ports: ["80:1"]}\n- {name: c, image: b, ports: ["80:2"]}',
    'f:4:31 tasks[1].ports[0]',
    'taken by task a',
  ],
]

const tasks: readonly Case[] = [
  ['a task that is a text', 'name: a\ntasks: [api]', 'f:2:9 tasks[0]', 'expected a task', '"api"'],
  ['an unnamed task', 'name: a\ntasks: [{image: b}]', 'f:2:9 tasks[0].name', '`name` is missing'],
  ['a docker task without image', 'name: a\ntasks: [{name: b}]', 'f:2:9 tasks[0].image', '`image` is missing'],
  ['an unknown driver', job('driver: podman'), at(13, 'driver'), 'docker, process'],
  ['an image for a process', job('driver: process\n    command: [a]'), 'f:4:12 tasks[0].image', 'runs no image'],
  ['a process without command', 'name: a\ntasks: [{name: b, driver: process}]', 'f:2:9 tasks[0].command', 'missing'],
  ['a slip in a task', job('replica: 2'), at(5, 'replica'), 'did you mean `replicas`?'],
  [
    "a task's field beside the tasks",
    'name: a\nreplica: 2\ntasks: [{name: a, image: b}]',
    'f:2:1 replica',
    '`replicas` belongs into `tasks[0]`; fields here: name',
  ],
  ["a restart's field in a task", job('backof: 2'), at(5, 'backof'), '`backoff` belongs into `restart`'],
  ["Nomad's word", job('count: 2'), at(5, 'count'), 'did you mean `replicas`?'],
  ['half a replica', job('replicas: 0.5'), at(15, 'replicas'), 'whole number from 0 to 100000', 'found 0.5'],
  ['replicas below zero', job('replicas: -1'), at(15, 'replicas'), 'found -1'],
  ['too many replicas', job('replicas: 1000000'), at(15, 'replicas'), '100000'],
  ['quoted replicas', job('replicas: "3"'), at(15, 'replicas'), 'write 3 without quotes'],
  ['replicas that are no number', job('replicas: .nan'), at(15, 'replicas'), 'found .nan'],
  ['endless replicas', job('replicas: 1e999'), at(15, 'replicas'), 'whole number'],
  ['empty replicas', job('replicas:'), 'f:5:', 'found nothing'],
  ['a command as text', job('command: sleep 10'), at(14, 'command'), '["sleep", "10"]'],
  ['a shell line as command', job('command: a && b'), at(14, 'command'), '["sh", "-c", "a && b"]'],
  ['an empty command', job('command: []'), at(14, 'command'), 'at least one'],
  ['a command of an empty text', job('command: [""]'), at(15, 'command[0]'), 'empty'],
  ['a NUL in an argument', job('args: ["a\\0b"]'), at(12, 'args[0]'), 'NUL'],
  ['half a character', job('args: ["\\ud800"]'), at(12, 'args[0]'), 'half characters'],
  ['a map among the arguments', job('args: [{a: b}]'), at(12, 'args[0]'), 'found a map'],
  ['env as a list', job('env: ["A=1"]'), at(10, 'env'), 'found a list', 'env: {NAME: value}'],
  ['an empty variable', job('env: {A: }'), 'f:5:', 'write ""'],
  ['a variable with a space', job('env: {"A B": x}'), at(11, 'env["A B"]'), 'variable name'],
  ['a variable with "="', job('env: {"A=B": x}'), at(11, 'env["A=B"]'), 'variable name'],
  ['a constraint as a text', job('constraints: label.zone = b'), at(18, 'constraints'), 'write a list'],
  ['a constraint without operator', job('constraints: [zone]'), at(19, 'constraints[0]'), 'write `label.zone = b`'],
  ['a constraint on nothing known', job('constraints: [zone = b]'), at(19, 'constraints[0].attribute'), 'label.KEY'],
  ['a version that is none', job('constraints: [kernel >= new]'), at(19, 'constraints[0].value'), 'such as 8 or 5.10'],
  ['a pattern that is none', job('constraints: ["host regexp (a"]'), at(19, 'constraints[0].value'), 'not closed'],
  [
    'a pattern that looks ahead',
    job('constraints: ["host regexp (?=a)"]'),
    at(19, 'constraints[0].value'),
    'not offered',
  ],
  [
    'a pattern of 255^3 steps',
    job('constraints: ["host regexp ((a{255}){255}){255}"]'),
    at(19, 'constraints[0].value'),
    'too much',
  ],
  [
    'an operator of nobody',
    job('constraints: [{attribute: arch, operator: like, value: b}]'),
    at(47, 'constraints[0].operator'),
    'one of =, !=',
  ],
  ['an affinity as a text', job('affinities: label.disk = ssd'), at(17, 'affinities'), 'write a list'],
  ['an affinity without operator', job('affinities: [ssd]'), at(18, 'affinities[0]'), 'write `label.zone = b`'],
  [
    'an affinity that weighs nothing',
    job('affinities: [{attribute: arch, operator: "=", value: b, weight: 0}]'),
    at(69, 'affinities[0].weight'),
    'prefers nothing',
  ],
  [
    'an affinity beyond all others',
    job('affinities: [{attribute: arch, operator: "=", value: b, weight: 101}]'),
    at(69, 'affinities[0].weight'),
    'from -100 to 100',
  ],
  ['a spread over nothing known', job('spread: [zone]'), at(14, 'spread[0].attribute'), 'label.KEY'],
  ['a spread as a text', job('spread: label.zone'), at(13, 'spread'), 'write a list'],
  [
    'targets beyond all there is',
    job('spread: [{attribute: label.zone, targets: {a: 70, b: 40}}]'),
    at(47, 'spread[0].targets'),
    'come to 110 %',
  ],
  [
    'a target below nothing',
    job('spread: [{attribute: label.zone, targets: {a: -1}}]'),
    at(51, 'spread[0].targets.a'),
    'from 0 to 100',
  ],
  ['distinct in a word', job('distinctWorkers: always'), at(22, 'distinctWorkers'), 'true or false'],
  [
    'a system job that is spread',
    'name: a\nkind: system\ntasks: [{name: a, image: b, spread: [label.zone]}]',
    'f:3:37 tasks[0].spread',
    'on every worker that suits it',
  ],
  [
    'colocate in a word',
    'name: a\nplacement: {colocate: always}\ntasks: [{name: a, image: b}]',
    'f:2:23 placement.colocate',
    'true or false',
  ],
  [
    'a placement in a word',
    'name: a\nplacement: colocate\ntasks: [{name: a, image: b}]',
    'f:2:12 placement',
    '`policy` or `colocate`',
  ],
  ['a task that is colocated', job('colocate: true'), at(5, 'colocate'), 'colocate'],
  [
    'a system job that is colocated',
    'name: a\nkind: system\nplacement: {colocate: true}\ntasks: [{name: a, image: b}]',
    'f:3:23 placement.colocate',
    'every worker that suits it',
  ],
  [
    'tasks of one worker that ask for two',
    'name: a\nplacement: {colocate: true}\ntasks:\n' +
      "  - {name: a, image: b, constraints: ['label.zone = a']}\n  - {name: c, image: b, constraints: ['arch = amd64', 'label.zone = b']}",
    'f:5:55 tasks[1].constraints[1]',
    'task a asks for label.zone = a',
  ],
  ['a list as a variable', job('env: {A: [1]}'), at(14, 'env.A'), 'expected text', 'a list'],
]

const image = (text: string): string => `name: a\ntasks: [{name: a, image: "${text}"}]`
const images: readonly Case[] = [
  ['an image in upper case', image('Nginx'), 'f:2:26 tasks[0].image', 'lower case'],
  ['an empty image', image(''), 'f:2:26 tasks[0].image', 'name is missing'],
  ['an empty tag', image('nginx:'), 'f:2:26 tasks[0].image', 'a tag has'],
  ['a tag with a slash', image('nginx:a:b'), 'f:2:26 tasks[0].image', 'a tag has'],
  ['a URL', image('https://ghcr.io/a'), 'f:2:26 tasks[0].image', 'image reference'],
  ['an image with a space', image('nginx 1'), 'f:2:26 tasks[0].image', 'a-z and 0-9'],
  ['a short digest', image('nginx@sha256:abc'), 'f:2:26 tasks[0].image', '64 hex digits'],
  ['two digests', image('nginx@a@b'), 'f:2:26 tasks[0].image', 'more than one'],
  ['a doubled slash', image('ghcr.io//a'), 'f:2:26 tasks[0].image', 'empty'],
  ['an image with a line break', image('nginx\\n'), 'f:2:26 tasks[0].image', 'nginx\\n'],
]

const fields: readonly Case[] = [
  ['resources as text', job('resources: small'), at(16, 'resources'), '`cpu`'],
  ['no cpu', job('resources: {cpu: 0}'), at(22, 'resources.cpu'), 'from 0.01'],
  ['cpu in GHz', job('resources: {cpu: 2GHz}'), at(22, 'resources.cpu'), '"2GHz"'],
  ['a cpu share too fine', job('resources: {cpu: 0.0105}'), at(22, 'resources.cpu'), 'steps of 0.001'],
  ['memory without unit', job('resources: {memory: 512}'), at(25, 'resources.memory'), 'a number alone has no unit'],
  ["memory in Docker's unit", job('resources: {memory: 512m}'), at(25, 'resources.memory'), 'did you mean MiB?'],
  ["memory in Kubernetes' unit", job('resources: {memory: 1Gi}'), at(25, 'resources.memory'), 'did you mean GiB?'],
  ['too little memory', job('resources: {memory: 1MiB}'), at(25, 'resources.memory'), 'from 6 MiB'],
  ['memory below zero', job('resources: {memory: -1MiB}'), at(25, 'resources.memory'), '"-1MiB"'],
  ['overflowing memory', job('resources: {memory: 99999999999TiB}'), at(25, 'resources.memory'), '1024 TiB'],
  ['an unknown resource', job('resources: {mem: 1GiB}'), at(17, 'resources.mem'), 'did you mean `memory`?'],
  ['ports as text', job('ports: "80"'), at(12, 'ports'), 'write a list'],
  ['port 0', job('ports: [0]'), at(13, 'ports[0]'), '"8080:80"'],
  ['port 65536', job('ports: ["65536"]'), at(13, 'ports[0]'), '65536'],
  ['host port 0 in short', job('ports: ["0:80"]'), at(13, 'ports[0]'), '0:80'],
  ['a range of ports', job('ports: ["80-90"]'), at(13, 'ports[0]'), 'list them'],
  ['an address', job('ports: ["127.0.0.1:80:80"]'), at(13, 'ports[0]'), 'leave it out'],
  ['an unknown protocol', job('ports: ["80/sctp"]'), at(13, 'ports[0]'), '80/sctp'],
  ['a port map without port', job('ports: [{name: a}]'), at(13, 'ports[0].port'), '`port` is missing'],
  ["Compose's words for ports", job('ports: [{target: 80}]'), at(14, 'ports[0].target'), 'did you mean `port`?'],
  ['a repeated port', job('ports: [80, "81:80"]'), 'f:5:', 'is taken by item [0]'],
  ['a repeated port name', job('ports: [{name: a, port: 1}, {name: a, port: 2}]'), at(40, 'ports[1].name'), 'taken'],
  ['a repeated host port', job('ports: ["8:1", "8:2"]'), 'f:5:20 tasks[0].ports[1].hostPort', 'host port 8/tcp'],
  ['replicas on one host port', job('replicas: 2\n    ports: ["8:1"]'), 'f:6:13 tasks[0].ports[0]', 'cannot share'],
  ['restart as text', job('restart: always'), at(14, 'restart'), '{policy: always}'],
  ['an unknown policy', job('restart: {policy: allways}'), at(23, 'restart.policy'), 'did you mean `always`?'],
  ['endless attempts', job('restart: {attempts: .inf}'), at(25, 'restart.attempts'), 'or unlimited'],
  ['a delay without unit', job('restart: {delay: 5}'), at(22, 'restart.delay'), 'no unit'],
  ['a delay in words', job('restart: {delay: 5 seconds}'), at(22, 'restart.delay'), 'units are ms, s'],
  ['a delay of a year', job('restart: {delay: 365d}'), at(22, 'restart.delay'), 'to 10d'],
  ['a shrinking backoff', job('restart: {backoff: 0.5}'), at(24, 'restart.backoff'), 'from 1 to 100'],
  ['a backoff that is no number', job('restart: {backoff: .nan}'), at(24, 'restart.backoff'), '.nan'],
  ['a cap below the delay', job('restart: {delay: 5s, maxDelay: 1s}'), at(36, 'restart.maxDelay'), 'shorter'],
  ['attempts of never', job('restart: {policy: never, attempts: 2}'), at(40, 'restart.attempts'), 'remove it'],
  ['an unknown signal', job('stop: {signal: SIGTREM}'), at(20, 'stop.signal'), 'did you mean `SIGTERM`?'],
  ['a number as signal', job('stop: {signal: 9}'), at(20, 'stop.signal'), 'found 9'],
  ['a grace without unit', job('stop: {grace: 10}'), at(19, 'stop.grace'), 'no unit'],
  ['an order of its own', job('update: {order: rolling}'), at(21, 'update.order'), 'stop-first, start-first'],
  ['nothing at a time', job('update: {maxParallel: 0}'), at(27, 'update.maxParallel'), 'from 1 to'],
  ['a no in quotes', job('update: {autoRevert: "no"}'), at(26, 'update.autoRevert'), 'write false'],
  ['no canary to promote', job('update: {autoPromote: true}'), at(27, 'update.autoPromote'), 'no canary'],
  ['half of a name, with a slip', job('update: {paralel: 2}'), at(14, 'update.paralel'), 'mean `maxParallel`?'],
  ["Compose's parallelism", job('update: {parallelism: 2}'), at(14, 'update.parallelism'), 'mean `maxParallel`?'],
  [
    'a health that cannot be reached in time',
    job('update: {minHealthyTime: 10m}'),
    at(13, 'update.healthyDeadline'),
    'longer than `minHealthyTime`',
  ],
  ['a deadline before another', job('update: {progressDeadline: 1m}'), at(32, 'update.progressDeadline'), 'as long'],
  ['an unknown field of stop', job('stop: {timeout: 10s}'), at(12, 'stop.timeout'), 'did you mean `grace`?'],
]

const bind = (source: string): string => job(`volumes: ["${source}:/x"]`)
const process = (rest: string): string =>
  `name: web\ntasks:\n  - name: api\n    driver: process\n    command: [a]\n    ${rest}\n`

const containers: readonly Case[] = [
  ['a bind mount of the machine', bind('/'), at(15, 'volumes[0].source'), 'the whole machine'],
  ['a bind mount of the machine, dressed up', bind('/./'), at(15, 'volumes[0].source'), 'the whole machine'],
  ['a bind mount of /proc', bind('/proc'), at(15, 'volumes[0].source'), 'control over the machine'],
  ['a bind mount in /sys', bind('/sys/fs'), at(15, 'volumes[0].source'), '/sys gives control'],
  ["a bind mount of the engine's socket", bind('/var/run/docker.sock'), at(15, 'volumes[0].source'), 'control'],
  ["a bind mount around the engine's socket", bind('/var//run/'), at(15, 'volumes[0].source'), 'is below /var/run'],
  ["a bind mount of the engine's own", bind('/var/lib/docker/volumes'), at(15, 'volumes[0].source'), 'control'],
  ['a bind mount with ".."', bind('/srv/../etc'), at(15, 'volumes[0].source'), '".."'],
  ['a bind mount with a line break', bind('/srv\\n'), at(15, 'volumes[0].source'), 'control characters'],
  ['a bind mount of here', bind('./data'), at(15, 'volumes[0]'), 'absolute path'],
  ['a bind mount at home', bind('~/data'), at(15, 'volumes[0]'), 'absolute path'],
  ['a volume without a target', job('volumes: [data]'), at(15, 'volumes[0]'), 'where it is mounted'],
  ['a volume of an unknown mode', job('volumes: ["data:/x:z"]'), at(15, 'volumes[0]'), 'neither ro nor rw'],
  ['a volume on the root', job('volumes: ["data:/"]'), at(15, 'volumes[0].target'), 'the root'],
  ['a volume on /proc', job('volumes: ["data:/proc"]'), at(15, 'volumes[0].target'), 'filled already'],
  ['a volume on a path without root', job('volumes: ["data:x"]'), at(15, 'volumes[0].target'), 'absolute'],
  ['a volume with a slash', job('volumes: [{source: a/b, target: /x}]'), at(24, 'volumes[0].source'), 'no name'],
  ['a volume named by its attempt', job('volumes: ["d${ork.attempt}:/x"]'), at(15, 'volumes[0].source'), 'no name'],
  ['two volumes on one target', job('volumes: ["aa:/x", "bb:/x/"]'), at(24, 'volumes[1]'), 'item [0] already'],
  ['a tmpfs with a source', job('volumes: [{type: tmpfs, source: a, target: /x}]'), at(37, 'volumes[0].source'), 'no'],
  ['a sized volume', job('volumes: [{source: aa, target: /x, size: 1GiB}]'), at(46, 'volumes[0].size'), 'no size'],
  ['volumes as text', job('volumes: data:/x'), at(14, 'volumes'), 'write a list'],
  ['a user with a space', job('user: "a b"'), at(11, 'user'), '1000:1000'],
  ['a folder without root', job('workingDir: app'), at(17, 'workingDir'), 'absolute'],
  ['a host name with "_"', job('hostname: a_b'), at(15, 'hostname'), 'host name'],
  ['a name server by name', job('dns: {servers: [ns1]}'), at(21, 'dns.servers[0]'), 'IP address'],
  ['an address out of range', job('extraHosts: {db: 10.0.0.256}'), at(22, 'extraHosts.db'), 'IP address'],
  ['an unknown capability', job('capabilities: {add: [NETADMIN]}'), at(26, 'capabilities.add[0]'), '`NET_ADMIN`'],
  ['a capability added and dropped', job('capabilities: {add: [KILL], drop: [kill]}'), 'f:5:', 'both added'],
  ['an unknown limit', job('ulimits: {files: 5}'), at(15, 'ulimits.files'), 'nofile'],
  ['a soft limit above the hard', job('ulimits: {nofile: {soft: 5, hard: 4}}'), at(30, 'ulimits.nofile.soft'), 'more'],
  ['no processes', job('pidsLimit: 0'), at(16, 'pidsLimit'), 'from 1'],
  ['an unknown log driver', job('log: {driver: jsonfile}'), at(19, 'log.driver'), 'mean `json-file`?'],
  ["a label of ork's own", job('labels: {ork.job: x}'), at(14, 'labels["ork.job"]'), 'does not start with "ork."'],
  ['a device with ".."', job('devices: [/dev/../etc]'), at(15, 'devices[0].source'), '".."'],
  ['a device without rights', job('devices: ["/dev/a:/dev/b:x"]'), at(15, 'devices[0].permissions'), 'r, w and m'],
  ['two devices of one name', job('devices: ["/dev/a", "/dev/b:/dev/a"]'), at(25, 'devices[1]'), 'item [0] already'],
  ['too little shared memory', job('shmSize: 1KiB'), at(14, 'shmSize'), 'from 64 KiB'],
  ['an unknown pull policy', job('pullPolicy: allways'), at(17, 'pullPolicy'), 'mean `always`?'],
  ['a secret with a slash', job('secrets: [../x]'), at(15, 'secrets[0].name'), 'name of a secret'],
  ['two secrets in one file', job('secrets: [a, {name: b, file: a}]'), at(18, 'secrets[1]'), 'item [0] already'],
  ['a secret that is a number of rights', job('secrets: [{name: a, mode: "0888"}]'), at(31, 'secrets[0].mode'), '0400'],
  ['a network twice', job('networks: [a, a]'), at(19, 'networks[1]'), 'item [0] already'],
  ['a network in upper case', job('networks: [Back]'), at(16, 'networks[0]'), 'a name'],
  ['less memory than is kept', job('resources: {memory: 1GiB, memoryLimit: 8MiB}'), 'f:5:', 'less than `memory`'],
  ['an unknown template', job('env: {A: "${ork.idx}"}'), at(14, 'env.A'), 'there are ${ork.job}'],
  ['an unknown template in an argument', job('args: ["x${ork.node}"]'), at(12, 'args[0]'), '${ork.worker}'],
  ['a port nobody knows', job('args: ["${ork.port.http}"]'), at(12, 'args[0]'), 'means nothing'],
  [
    'a port the engine chooses',
    job('ports: [80]\n    args: ["${ork.port.tcp-80}"]'),
    'f:6:12 tasks[0].args[0]',
    'started already',
  ],
  ['a user for a process', process('user: app'), 'f:6:11 tasks[0].user', 'makes no container'],
  ['a folder for a process', process('workingDir: /app'), 'f:6:17 tasks[0].workingDir', 'makes no container'],
  ['a volume for a process', process('volumes: ["aa:/x"]'), 'f:6:14 tasks[0].volumes', 'take driver docker'],
]

const top = (rest: string): string => `name: web\n${rest}\ntasks: [{name: api, image: nginx}]`

/** How a job fares: health, failure, workers that go, where it may be placed. */
const fates: readonly Case[] = [
  ['a health check of nothing', job('health: {interval: 5s}'), at(13, 'health'), 'nothing says what is checked'],
  [
    'two kinds of health checks',
    job('health: {tcp: {port: 80}, command: [a]}'),
    at(13, 'health'),
    'tcp and command are both there',
  ],
  ['a health check as a text', job('health: /health'), at(13, 'health'), 'a map with `http`'],
  ['a check of a port nobody named', job('health: {tcp: {port: web}}'), at(26, 'health.tcp.port'), 'no TCP port'],
  ['a check of one of no ports', job('health: {http: {}}'), 'f:5:', 'the task has 0 TCP ports'],
  ['a check of port 65536', job('health: {tcp: {port: 65536}}'), at(26, 'health.tcp.port'), 'from 1 to 65535'],
  [
    'a path with a line break',
    job('health: {http: {path: "/a\\r\\nX: y", port: 80}}'),
    at(27, 'health.http.path'),
    'path',
  ],
  ['a path that is a URL', job('health: {http: {path: "http://a/", port: 80}}'), at(27, 'health.http.path'), '/health'],
  ['a status that is none', job('health: {http: {status: 99, port: 80}}'), at(29, 'health.http.status'), 'from 100'],
  [
    'a header with a line break',
    job('health: {http: {port: 80, headers: {A: "b\\nC: d"}}}'),
    at(44, 'health.http.headers.A'),
    'one line',
  ],
  ['probes without end', job('health: {command: [a], interval: 0s}'), at(38, 'health.interval'), 'from 100ms'],
  ['a timeout without unit', job('health: {command: [a], timeout: 3}'), at(37, 'health.timeout'), 'no unit'],
  ['no retries', job('health: {command: [a], retries: 0}'), at(37, 'health.retries'), 'from 1 to 1000'],
  [
    'half a success',
    job('health: {command: [a], successThreshold: 0.5}'),
    at(46, 'health.successThreshold'),
    'whole number',
  ],
  ["Kubernetes' word in a check", job('health: {command: [a], periodSeconds: 5}'), 'f:5:', 'did you mean `interval`?'],
  ['a reschedule that is off', job('reschedule: false'), at(17, 'reschedule'), '{attempts: 0}'],
  ['a reschedule that is capped below itself', job('reschedule: {maxDelay: 1s}'), 'f:5:', '`maxDelay` is shorter'],
  ['a jitter of more than all', job('restart: {jitter: 2}'), at(23, 'restart.jitter'), 'from 0 to 1'],
  ['attempts beyond counting', job('restart: {attempts: 1e300}'), at(25, 'restart.attempts'), 'unlimited'],
  ['an unknown fate of the cut off', job('onDisconnect: ignore'), at(19, 'onDisconnect'), 'replace, wait, stop'],
  ['a worker that is lost at once', top('lostAfter: 1s'), 'f:2:12 lostAfter', 'from 10s'],
  ['a priority above all', top('priority: 101'), 'f:2:11 priority', 'from 0 to 100'],
  ['a priority in words', top('priority: high'), 'f:2:11 priority', 'whole number'],
  ['an unknown policy of placement', top('placement: {policy: best}'), 'f:2:21 placement.policy', 'binpack'],
  ['a placement as a text', top('placement: binpack'), 'f:2:12 placement', 'a map with `policy`'],
  ['a canary below nothing', job('update: {canary: -1}'), at(22, 'update.canary'), 'from 0'],
  ['a deadline that overflows', job('update: {healthyDeadline: 1e30s}'), at(31, 'update.healthyDeadline'), '10d'],
  ['a label of nothing', job('constraints: ["label. = b"]'), at(19, 'constraints[0].attribute'), 'label.KEY'],
  ['a constraint over two lines', job('constraints: ["arch = a\\nb"]'), 'f:5:', 'arch = a\\nb'],
  ['a range of ports that goes down', job('ports: ["200-100:80"]'), at(13, 'ports[0]'), 'from a lower port'],
  ['a range beyond the last port', job('ports: ["65000-66000:80"]'), at(13, 'ports[0]'), 'at most 65535'],
  [
    'ranges that overlap',
    job('ports: ["100-200:80", "150-250:81"]'),
    at(27, 'ports[1]'),
    'overlap with those of item [0]',
  ],
  [
    'a host port and a range of them',
    job('ports: [{port: 80, hostPort: 5, hostPortRange: 1-9}]'),
    at(52, 'ports[0].hostPortRange'),
    'there is a `hostPort`',
  ],
  ['more GPUs than a machine has', job('resources: {gpu: 1001}'), at(22, 'resources.gpu'), 'from 1 to 1000'],
  ['a device of a strange name', job('resources: {devices: {"a b": 1}}'), at(27, 'resources.devices["a b"]'), 'a name'],
  ['a login that is none', job('registryAuth: a/b'), at(19, 'registryAuth'), 'name of a secret'],
  ['a login in the open', job('registryAuth: {username: a, password: b}'), at(19, 'registryAuth'), 'a map'],
  ['an env file where there is none', job('envFiles: [a.env]'), at(16, 'envFiles[0]'), 'cannot name others'],
  ['an env file as a text', job('envFiles: a.env'), at(15, 'envFiles'), 'a list'],
]

/** What a terminal would act on, and what ends a line. */
const characters: readonly Case[] = [
  ['an escape in a name', 'name: "a\\e[2Jb"\ntasks: [{name: a, image: b}]', 'f:1:7 name', '"a\\u001b[2Jb"'],
  ['an escape as it is', 'name: a\u001b[2Jb\ntasks: []', 'f:1:', '"a\\u001b[2Jb"'],
  ['a bell in an image', image('nginx\\a'), 'f:2:26 tasks[0].image', 'nginx\\u0007'],
  ['a NUL in a variable', job('env: {A: "a\\0b"}'), at(14, 'env.A'), 'NUL'],
  ['a NUL as it is', 'name: a\0b\ntasks: []', 'f:1:', '"a\\u0000b"'],
  ['a carriage return in a user', job('user: "app\\r"'), at(11, 'user'), 'app\\r'],
  ['a line break in a label', job('labels: {"a\\nb": c}'), 'f:5:', 'a\\nb'],
  ['a host name over two lines', job('hostname: "a\\nb"'), at(15, 'hostname'), 'host name'],
  ['a control character in a path', job('workingDir: "/a\\u0085"'), at(17, 'workingDir'), 'control characters'],
  ['a name that turns the line around', 'name: "a\\u202eb"\ntasks: [{name: a, image: b}]', 'f:1:7 name', 'a name of'],
  ['line ends of Windows in the middle of a word', 'na\r\nme: a\r\ntasks: []', 'f:', 'not readable'],
]

function depthByAliases(): string {
  const lines = ['a0: &a0 [x]']
  for (let i = 1; i < 70; i += 1) lines.push(`a${i}: &a${i} [*a${i - 1}]`)
  return lines.join('\n')
}

function laughs(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 20; i += 1)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  return lines.join('\n')
}

const all = [...texts, ...jobs, ...tasks, ...images, ...fields, ...containers, ...fates, ...characters]

for (const [what, text, where, ...phrases] of all) {
  test(`a job file is refused for ${what}`, () => {
    const started = Date.now()
    const result = parseJobFile(text, 'f')
    if (E.isRight(result)) return assert.unreachable(JSON.stringify(result.right))
    const told = result.left.map(renderError).join('\n')
    const fits = where.endsWith(':')
      ? result.left.find((error) => error.where?.startsWith(where))
      : result.left.find((error) => error.where === where)
    assert.ok(fits, `no problem at ${where} in:\n${told}`)
    if (fits === undefined) return
    for (const phrase of phrases) assert.ok(renderError(fits).includes(phrase), `no "${phrase}" in:\n${told}`)
    assert.ok(Date.now() - started < 5000, 'took too long')
  })
}

const BYTES: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ['a byte that begins nothing', [0x61, 0xff, 0x0a]],
  ['a character that is cut off', [0x61, 0xc3]],
  ['a character written too long', [0xc0, 0xaf]],
  ['half a character', [0xed, 0xa0, 0x80]],
  ['another encoding', [...Buffer.from('\ufeffname: a', 'utf16le')]],
]

for (const [what, bytes] of BYTES) {
  test(`a job file is refused for ${what}, which is no UTF-8`, () => {
    const result = decodeJobText(new Uint8Array(bytes), 'f')
    assert.ok(E.isLeft(result))
    assert.equal([result.left.where, result.left.what], ['f', 'not UTF-8 text'])
  })
}

test('line ends of Windows are line ends', () => {
  const text = job('replicas: 2').replaceAll('\n', '\r\n')
  assert.equal(parseJobFile(text, 'f'), parseJobFile(job('replicas: 2'), 'f'))
})

test('what the schema for editors can say of a bad file, it says', () => {
  let said = 0
  for (const [what, text] of all) {
    const result = parseJobFile(text, 'f')
    const accepted = text.length < 10_000 ? schemaAccepts(text) : null
    if (E.isRight(result) || accepted === null || !result.left.some(schemaCanSay)) continue
    said += 1
    assert.not(accepted, what)
  }
  assert.ok(said > 40, `${said}`)
})

test.run()
