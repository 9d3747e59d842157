/**
 * Routes describe what they take as zod schemas; fastify checks with them and the OpenAPI document is made of
 * them. One description, so that the document cannot promise what the check does not hold.
 */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchema,
  FastifySchemaCompiler,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import { z } from 'zod'
import { fault } from '../kit/errors.ts'

export interface ZodTypes extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
  serializer: unknown
}
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypes
>

export const checkWithZod: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (data) => {
    const result = schema.safeParse(data ?? {})
    if (result.success) return { value: result.data }
    const issue = result.error.issues[0]
    const where = [httpPart, ...(issue?.path ?? [])].join('.')
    return { error: fault('REQUEST_INVALID', { reason: `${where}: ${issue?.message ?? 'refused'}` }) }
  }
}

/** For @fastify/swagger: the same schemas as JSON Schema, `*` of a path under its name. */
export function documented({ schema, url }: { schema: FastifySchema; url: string }) {
  const parts = ['params', 'querystring', 'body', 'headers'] as const
  const translated: FastifySchema = { ...schema }
  for (const part of parts) {
    const zod = schema[part]
    if (zod instanceof z.ZodType) translated[part] = jsonSchema(zod, 'input')
  }
  if (schema.response) {
    const responses = Object.entries(schema.response as Record<string, z.ZodType>)
    translated.response = Object.fromEntries(
      responses.map(([status, zod]) => [status, jsonSchema(zod, 'output')]),
    )
  }
  return { schema: translated, url: url.replace('/*', '/:path') }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  })
  const properties = rest.properties
  if (properties?.['*']) {
    const { '*': path, ...others } = properties
    return {
      ...rest,
      properties: { ...others, path },
      required: rest.required?.map((n) => (n === '*' ? 'path' : n)),
    }
  }
  return rest
}
