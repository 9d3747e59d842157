/**
 * Who may do what. Every route names one permission; a route without one does not start.
 *
 *     role of a person  ─┐
 *     scope of a token  ─┴─▶ PERMISSIONS[permission] ─▶ yes / 403
 *
 * Auxiliary staff (协管) see alerts but neither originals nor verdicts: they may not verify evidence. Auditors
 * see everything and change nothing [R49, R50, R98].
 */
import { z } from 'zod'

export const ROLES = ['OFFICER', 'AUXILIARY', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'] as const
export const Role = z.enum(ROLES)
export type Role = z.infer<typeof Role>

/** What a machine's token is good for. A token never changes an alert: verdicts are given by people. */
const SCOPES = ['bodycam', 'metrics', 'platform', 'speaker'] as const
export const Scope = z.enum(SCOPES)
export type Scope = z.infer<typeof Scope>

interface Allowed {
  readonly roles: readonly Role[]
  readonly scopes: readonly Scope[]
}

const allowed = (roles: readonly Role[], ...scopes: Scope[]): Allowed => ({ roles, scopes })

export const PERMISSIONS = {
  'alerts:read': allowed(ROLES, 'platform'),
  'alerts:review': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN']),
  // [R49] Auxiliary staff may dissuade; an order to correct asks for a certificate besides.
  'alerts:persuade': allowed(['OFFICER', 'AUXILIARY', 'DISPATCHER', 'ADMIN']),
  'persuasions:listen': allowed(
    ['OFFICER', 'AUXILIARY', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'],
    ...(['platform', 'speaker'] as const),
  ),
  'alerts:merge': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN']),
  'tickets:report': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN'], 'platform'),
  'duty:handover': allowed(['OFFICER', 'DISPATCHER', 'ADMIN']),
  'statistics:read': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'], 'platform'),
  'supervision:read': allowed(['LEGAL', 'AUDITOR', 'ADMIN']),
  'evidence:read': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'], 'platform'),
  // [R73] Who takes copies out, and for whom they are: the less is hidden, the fewer.
  'evidence:export': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN']),
  'evidence:export-evidence': allowed(['LEGAL']),
  'evidence:export-internal': allowed(['OFFICER', 'DISPATCHER', 'LEGAL']),
  'evidence:export-public': allowed(['DISPATCHER', 'LEGAL', 'ADMIN']),
  // A court asks for a written transcript with every sound; who may give a verdict may write one.
  'evidence:transcribe': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN']),
  'live:view': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN']),
  'cameras:read': allowed(ROLES, 'platform'),
  // [R18] One proposes, another approves; both are administrators.
  'config:change': allowed(['ADMIN']),
  'rules:read': allowed(ROLES, 'platform'),
  'people:read': allowed(['DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'], 'platform'),
  'recordings:read': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'], 'platform'),
  // [R49] Whose film shows which act is a word on evidence.
  'recordings:link': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'ADMIN']),
  'recordings:upload': allowed([], 'bodycam'),
  // [R62] Auxiliary staff wear recorders; they neither hand them out nor let a recording out of quarantine.
  'recordings:decide': allowed(['OFFICER', 'LEGAL', 'ADMIN']),
  'bodycams:read': allowed(['OFFICER', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'], 'platform'),
  'bodycams:keep': allowed(['OFFICER', 'DISPATCHER', 'ADMIN']),
  'bodycams:clock': allowed([], 'bodycam'),
  'audit:read': allowed(['AUDITOR', 'ADMIN']),
  'retention:read': allowed(['LEGAL', 'AUDITOR', 'ADMIN']),
  'system:read': allowed(['DISPATCHER', 'AUDITOR', 'ADMIN']),
  'system:log': allowed(['ADMIN']),
  'accounts:manage': allowed(['ADMIN']),
  'metrics:read': allowed(['AUDITOR', 'ADMIN'], 'metrics'),
} as const satisfies Record<string, Allowed>

export type Permission = keyof typeof PERMISSIONS

/**
 * `public` answers anybody; `self` any person who is logged in, also while a password change is due; `grant` whoever
 * shows the token of a grant, which the route itself checks.
 */
export type RoutePermission = Permission | 'public' | 'self' | 'grant'

export function roleMay(role: Role, permission: Permission): boolean {
  return (PERMISSIONS[permission].roles as readonly Role[]).includes(role)
}

export function scopeMay(scope: Scope, permission: Permission): boolean {
  return (PERMISSIONS[permission].scopes as readonly Scope[]).includes(scope)
}
