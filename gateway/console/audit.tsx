import type { AccessEntry } from '../http/access-log.ts'
import type { PageParts } from './desk.tsx'
import { TablePage, useLoaded } from './table-page.tsx'
import { momentOf, useWords } from './words.ts'

const PAGE = 100

export function AuditPage({ api, onRefused }: PageParts) {
  const { t, term } = useWords()
  const load = () => api.audit().then(({ entries }) => entries)
  const { value, setValue, error, refused } = useLoaded<AccessEntry[]>(load, [], onRefused)
  const more = () =>
    api.audit(value.at(-1)?.entry).then(({ entries }) => setValue([...value, ...entries]), refused)
  const heads = ['at', 'actor', 'action', 'object', 'purpose', 'outcome'] as const
  return (
    <TablePage
      title={t('nav.audit')}
      columns={heads.map((head) => t(`audit.${head}`))}
      error={error}
      after={
        value.length >= PAGE && (
          <button type="button" class="quiet wide" onClick={more}>
            {t('more')}
          </button>
        )
      }
    >
      {value.map(({ entry, at, actor, role, action, object, purpose, outcome }) => (
        <tr key={entry}>
          <td>{momentOf(at)}</td>
          <td>
            {actor} <small>{term('role', role)}</small>
          </td>
          <td>
            <code>{action}</code>
          </td>
          <td class="object">{object}</td>
          <td>{term('purpose', purpose)}</td>
          <td class={outcome}>{t(`audit.${outcome}`)}</td>
        </tr>
      ))}
    </TablePage>
  )
}
