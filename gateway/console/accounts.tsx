import { useState } from 'preact/hooks'
import type { Account } from '../http/accounts.ts'
import type { Role } from '../http/permissions.ts'
import type { PageParts } from './desk.tsx'
import { TablePage, useLoaded } from './table-page.tsx'
import { useWords } from './words.ts'

const ROLES: readonly Role[] = ['OFFICER', 'AUXILIARY', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN']

export function AccountsPage({ api, onRefused }: PageParts) {
  const { t, term } = useWords()
  const load = () => api.accounts().then(({ accounts }) => accounts)
  const { value, error, reload, refused } = useLoaded<Account[]>(load, [], onRefused)
  const [once, setOnce] = useState<{ name: string; oneTimePassword: string } | null>(null)
  const told = (made: { name: string; oneTimePassword: string }) => {
    setOnce(made)
    return reload()
  }
  const resetFactor = (name: string) => {
    const reason = prompt(t('accounts.factorWhy', { name }))?.trim() ?? ''
    if (reason !== '') void api.resetSecondFactor(name, reason).then(reload, refused)
  }
  const heads = ['name', 'role', 'state', 'factor', 'actions'] as const
  return (
    <TablePage
      title={t('nav.accounts')}
      columns={heads.map((head) => t(`accounts.${head}`))}
      error={error}
      before={
        <>
          <NewAccount onCreate={(name, role) => void api.createAccount(name, role).then(told, refused)} />
          {once && (
            <p class="once" role="status">
              {t('accounts.once', { name: once.name })} <code>{once.oneTimePassword}</code>
            </p>
          )}
        </>
      }
    >
      {value.map(({ name, role, changeDue, disabled, secondFactor }) => (
        <tr key={name}>
          <td>{name}</td>
          <td>{term('role', role)}</td>
          <td>{t(disabled ? 'accounts.closed' : changeDue ? 'accounts.changeDue' : 'accounts.active')}</td>
          <td>{t(secondFactor ? 'accounts.factorOn' : 'accounts.factorOff')}</td>
          <td class="actions">
            {secondFactor && (
              <button type="button" class="quiet" onClick={() => resetFactor(name)}>
                {t('accounts.factorReset')}
              </button>
            )}
            <button
              type="button"
              class="quiet"
              onClick={() => void api.resetAccount(name).then(told, refused)}
            >
              {t('accounts.reset')}
            </button>
            <button
              type="button"
              class="quiet"
              onClick={() => void api.setDisabled(name, !disabled).then(reload, refused)}
            >
              {t(disabled ? 'accounts.reopen' : 'accounts.close')}
            </button>
          </td>
        </tr>
      ))}
    </TablePage>
  )
}

function NewAccount({ onCreate }: { onCreate: (name: string, role: Role) => void }) {
  const { t, term } = useWords()
  return (
    <form
      class="inline"
      aria-label={t('accounts.add')}
      onSubmit={(event) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        onCreate(String(form.get('name')), String(form.get('role')) as Role)
        event.currentTarget.reset()
      }}
    >
      <label class="field">
        <span>{t('accounts.name')}</span>
        <input name="name" type="text" required minLength={2} maxLength={64} autocomplete="off" />
      </label>
      <label class="field">
        <span>{t('accounts.role')}</span>
        <select name="role">
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {term('role', role)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary">
        {t('accounts.create')}
      </button>
    </form>
  )
}
