/**
 * How the gateway reaches its broker: one of its own, or somebody else's.
 *
 *     url given ──▶ that broker (mosquitto, EMQX, NATS, RabbitMQ …), MQTT 5 where it is offered, else 3.1.1
 *     no url ─────▶ the embedded broker, 3.1.1, on loopback unless told otherwise
 *
 * There is no default credential: a broker of our own makes its passwords on the first start.
 */
import { z } from 'zod'

/** The names of the contract; what each may do is its handler's business. */
export const COMMAND_NAMES = [
  'review',
  'disposition',
  'persuade',
  'recheck',
  'hold',
  'purge',
  'config',
  'people',
  'snapshot',
  'merge',
  'split',
  'link',
  'unlink',
  'ticket',
  'stage',
  'evidence-received',
  'evidence-parts-ack',
  'evidence-send',
  'evidence-grant',
  'bodycam',
  'recording',
] as const
export type CommandName = (typeof COMMAND_NAMES)[number]

const BrokerUser = z.strictObject({
  username: z.string().min(1).max(64).describe('Name to connect with.'),
  password: z.string().min(12).max(256).describe('Password, at least 12 characters; give it as a secret.'),
  role: z
    .enum(['platform', 'viewer', 'speaker'])
    .describe(
      '`platform` may acknowledge and command and reads all; `viewer` only reads, results of commands excepted; `speaker` hears and answers its notices.',
    ),
})
export type BrokerUser = z.infer<typeof BrokerUser>

const Embedded = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Loopback: nobody outside the box.'),
  port: z.int().min(0).max(65_535).default(1883).describe('TCP port; 0 takes any that is free.'),
  websocketPort: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('Port for MQTT over WebSocket (dashboards). Absent: none.'),
  connectionsMax: z
    .int()
    .min(2)
    .max(10_000)
    .default(64)
    .describe('Connections at once; further ones are closed.'),
  users: z
    .array(BrokerUser)
    .max(64)
    .default([])
    .describe(
      'Who may connect. None: a user `platform` whose password is made and kept in the storage folder.',
    ),
})
export type EmbeddedOptions = z.infer<typeof Embedded>

const Tls = z.strictObject({
  ca: z.string().optional().describe('File with the authorities that may have signed the broker (PEM).'),
  cert: z.string().optional().describe('File with our certificate (PEM).'),
  key: z.string().optional().describe('File with our private key (PEM).'),
})

const CommandOptions = z.strictObject({
  names: z
    .array(z.enum(COMMAND_NAMES))
    .default([...COMMAND_NAMES])
    .describe('Commands that are taken by MQTT; others are refused as unauthorised.'),
  people: z
    .array(z.string().min(1).max(64))
    .optional()
    .describe('Ids of the people who may command. Absent: whomever the authenticated platform names.'),
  lifetimeMaxSec: z
    .int()
    .min(10)
    .max(30 * 86_400)
    .default(86_400)
    .describe(
      'How far ahead (seconds) a command may expire. Ids are remembered that long, so none is obeyed twice.',
    ),
})
export type CommandOptions = z.infer<typeof CommandOptions>

export const MqttOptions = z.strictObject({
  url: z
    .string()
    .regex(/^(mqtts?|wss?):\/\/\S+$/, 'mqtt://… | mqtts://… | ws://… | wss://…')
    .optional()
    .describe('Broker to connect to. Absent: the embedded one.'),
  username: z.string().optional().describe('User at that broker.'),
  password: z.string().optional().describe('Password at that broker, as a secret.'),
  tls: Tls.prefault({}).describe('Files for mqtts and wss.'),
  protocol: z
    .enum(['auto', '3.1.1', '5'])
    .default('auto')
    .describe('`auto` asks for MQTT 5 and falls back to 3.1.1 when the broker refuses it.'),
  keepaliveSec: z
    .int()
    .min(5)
    .max(3_600)
    .default(30)
    .describe('Seconds between signs of life. After one and a half of them the broker publishes our will.'),
  connectSec: z.number().min(0.5).max(120).default(10).describe('Seconds to wait for a connection.'),
  pubackSec: z
    .number()
    .min(0.2)
    .max(120)
    .default(15)
    .describe('Seconds to wait for a PUBACK before the connection is given up as dead.'),
  inflightMax: z
    .int()
    .min(1)
    .max(1_000)
    .default(16)
    .describe('Messages sent and not yet acknowledged by the broker.'),
  reconnectFirstSec: z.number().min(0.05).max(60).default(0.5).describe('First wait before reconnecting.'),
  reconnectMaxSec: z.number().min(0.1).max(600).default(30).describe('Longest wait before reconnecting.'),
  drainSec: z
    .number()
    .min(0)
    .max(120)
    .default(5)
    .describe('Seconds to go on sending when the gateway stops; the rest stays in the outbox.'),
  commands: CommandOptions.prefault({}).describe('What the platform may ask for.'),
  embedded: Embedded.prefault({}).describe('The broker of our own, used when no `url` is given.'),
})
export type MqttOptions = z.infer<typeof MqttOptions>
