/** Words of one's own account and of the second factor; part of `STRINGS`. */
const both = (zh: string, en: string) => ({ zh, en })

export const ACCOUNT_STRINGS = {
  'login.code': both('验证码（或恢复码）', 'Code (or a recovery code)'),
  'me.title': both('我的账户', 'My account'),
  'me.password': both('修改密码', 'Change the password'),
  'me.changed': both(
    '密码已修改，其他登录均已结束。',
    'The password is changed; every other login has ended.',
  ),
  'factor.title': both('双因素登录', 'Second factor'),
  'factor.why': both(
    '登录时除密码外，再输入手机身份验证器应用显示的六位数字。',
    'At the login, six digits of an authenticator app on your phone besides the password.',
  ),
  'factor.due': both(
    '您的角色要求双因素登录，设置完成后方可使用。',
    'Your role must have a second factor; set it up to go on.',
  ),
  'factor.begin': both('开始设置', 'Set it up'),
  'factor.scan': both('用身份验证器应用扫描：', 'Scan this with an authenticator app:'),
  'factor.qr': both('身份验证器二维码', 'QR code for an authenticator app'),
  'factor.type': both('不能扫描时手动输入：', 'Or type this where no camera is:'),
  'factor.code': both('应用显示的六位数字', 'The six digits that the app shows'),
  'factor.confirm': both('启用', 'Turn it on'),
  'factor.codes': both(
    '恢复码仅显示这一次。请抄写并妥善保管：手机丢失时，每个可代替验证码登录一次。',
    'Recovery codes, shown this once. Write them down and keep them safe: when the phone is lost, each stands for a code once.',
  ),
  'factor.kept': both('已抄写', 'I have written them down'),
  'factor.on': both('已启用，剩余恢复码 {count} 个。', 'It is on; {count} recovery codes are left.'),
  'factor.off': both('关闭双因素登录', 'Turn it off'),
  'factor.offCode': both('验证码或恢复码', 'Code, or a recovery code'),
  'accounts.factor': both('双因素', 'Second factor'),
  'accounts.factorOn': both('已启用', 'on'),
  'accounts.factorOff': both('未启用', 'off'),
  'accounts.factorReset': both('重置双因素', 'Reset second factor'),
  'accounts.factorWhy': both('重置 {name} 双因素登录的理由', 'Why is the second factor of {name} reset?'),
} as const
