/**
 * docs/asyncapi.json: every MQTT message for other people's programs, from the table the publisher itself reads.
 */
import { Envelope } from '../gateway/mqtt/envelope.ts'
import { MESSAGES } from '../gateway/mqtt/messages.ts'
import { jsonSchema } from './issues.ts'

const ROOT = 'ume/v1/{site}/{gateway}'

const PARAMETERS: Record<string, string> = {
  site: 'Site, [a-z0-9-].',
  gateway: 'Gateway, [a-z0-9-].',
  cam: 'Camera id.',
  rule: 'Rule id.',
  eventId: 'Event id, a ULID.',
  packageId: 'Evidence package id, a ULID, in lower case.',
  device: 'Body-cam id.',
  group: 'Group of counters.',
  id: 'Id of the command.',
  name: 'Name of the command.',
}

export function asyncApi(): unknown {
  const messages = Object.entries(MESSAGES)
  const each = <T>(make: (name: string, message: (typeof messages)[number][1]) => T): Record<string, T> =>
    Object.fromEntries(messages.map(([name, message]) => [name, make(name, message)]))

  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Lushao edge gateway',
      version: '1',
      description:
        'MQTT 3.1.1 or 5. `send` is what the gateway publishes, `receive` what it is told. An alert stays in the ' +
        'outbox until the back end acknowledges it on `ack`; a PUBACK alone only says that the broker has it.',
    },
    defaultContentType: 'application/json',
    channels: each((name, { topic }) => channel(addressOf(topic), name)),
    operations: each((name, { direction, qos, retain }) => ({
      action: direction === 'out' ? 'send' : 'receive',
      channel: { $ref: `#/channels/${name}` },
      bindings: { mqtt: { qos, retain } },
    })),
    components: {
      messages: each((_, { type, data }) => ({
        name: type,
        contentType: 'application/json',
        payload: {
          allOf: [
            { $ref: '#/components/schemas/envelope' },
            { type: 'object', properties: { type: { const: type }, data: plain(data) } },
          ],
        },
      })),
      schemas: { envelope: plain(Envelope) },
    },
  }
}

/** `../_backend/state` stands beside the gateways of a site. */
function addressOf(topic: string): string {
  return topic.startsWith('../') ? `ume/v1/{site}/${topic.slice(3)}` : `${ROOT}/${topic}`
}

function channel(address: string, name: string): unknown {
  const used = [...address.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter!)
  return {
    address,
    parameters: Object.fromEntries(used.map((one) => [one, { description: PARAMETERS[one] ?? '' }])),
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
  }
}

function plain(schema: Parameters<typeof jsonSchema>[0]): unknown {
  const { $schema, ...rest } = jsonSchema(schema) as { $schema?: string }
  return rest
}
