/** A labelled field that must be filled in: the browser and its password keeper know what it is for. */
interface FieldProps {
  readonly name: string
  readonly label: string
  readonly autocomplete: 'username' | 'current-password' | 'new-password' | 'one-time-code'
  readonly secret?: boolean
  /** Has the focus when it appears. */
  readonly isFirst?: boolean
}

export function Field(props: FieldProps) {
  const { name, label, autocomplete, secret = false, isFirst = false } = props
  const asked = { id: name, name, autocomplete, required: true, ref: isFirst ? focus : null }
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {secret ? <input {...asked} type="password" /> : <input {...asked} type="text" />}
    </div>
  )
}

const focus = (input: HTMLInputElement | null) => input?.focus()
