/** Faults of: http, console, body-cam uploads. */
import { entry } from './entry.ts'

export const HTTP_FAULTS = {
  NOT_LOGGED_IN: entry(
    [
      'This address needs a login or a token.',
      'Nothing was shown.',
      'Log in, or send `Authorization: Bearer …`.',
    ],
    ['此地址需要登录或令牌。', '未返回任何内容。', '请登录，或发送 `Authorization: Bearer …`。'],
  ),
  NOT_PERMITTED: entry(
    [
      '{who} ({role}) may not do this ({permission}).',
      'The attempt was logged.',
      'Ask an administrator for a role that may.',
    ],
    ['{who}（{role}）无权执行此操作（{permission}）。', '该尝试已记入日志。', '请向管理员申请相应角色。'],
  ),
  CSRF_REFUSED: entry(
    [
      'The request changes something but does not come from the console ({reason}).',
      'Nothing was changed.',
      'Reload the console; programs use a token.',
    ],
    ['该修改请求并非来自控制台（{reason}）。', '未做任何修改。', '请刷新控制台；程序请使用令牌。'],
  ),
  PASSWORD_CHANGE_DUE: entry(
    [
      '{who} still has a one-time password.',
      'Nothing else is shown until it is changed.',
      'Choose a password of your own.',
    ],
    ['{who} 仍在使用一次性密码。', '修改密码前不显示其他内容。', '请设置您自己的密码。'],
  ),
  LOGIN_REFUSED: entry(
    [
      'Name or password is wrong.',
      'The attempt was counted.',
      'Try again; an administrator can set a new one-time password.',
    ],
    ['用户名或密码错误。', '本次尝试已计数。', '请重试；管理员可重新签发一次性密码。'],
  ),
  SECOND_FACTOR_NEEDED: entry(
    [
      'This account asks for a code besides the password.',
      'Nobody is logged in yet.',
      'Enter the six digits of your authenticator app, or a recovery code.',
    ],
    ['该账户登录还需验证码。', '尚未登录。', '请输入身份验证器中的六位数字，或一个恢复码。'],
  ),
  SECOND_FACTOR_WRONG: entry(
    [
      'The code does not fit, or it was used already.',
      'The attempt was counted.',
      'Wait for the next code of the app and check that the clock of the phone is right; a recovery code works once.',
    ],
    [
      '验证码不正确或已使用过。',
      '本次尝试已计数。',
      '请等待下一个验证码并核对手机时间；每个恢复码只能用一次。',
    ],
  ),
  SECOND_FACTOR_DUE: entry(
    [
      '{who} has no second factor yet, and the role must have one.',
      'Nothing else is shown until it is set up.',
      'Set it up with an authenticator app.',
    ],
    ['{who} 的角色要求双因素登录，尚未设置。', '设置前不显示其他内容。', '请用身份验证器应用完成设置。'],
  ),
  SECOND_FACTOR_ON: entry(
    [
      'The second factor of {who} is on already.',
      'It stays as it is.',
      'Turn it off first, by password and code, to set up another phone.',
    ],
    ['{who} 已启用双因素登录。', '保持不变。', '如需更换手机，请先凭密码和验证码关闭。'],
  ),
  LOGIN_LOCKED: entry(
    [
      'Too many failed logins for {who}.',
      'Logins under this name are refused for {retrySec} s.',
      'Wait, or check who is trying.',
    ],
    ['{who} 登录失败次数过多。', '该用户名在 {retrySec} 秒内拒绝登录。', '请稍候，或核查是谁在尝试。'],
  ),
  LOGIN_BUSY: entry(
    ['Too many logins at once.', 'This one was not tried.', 'Try again in a few seconds.'],
    ['同时登录的请求过多。', '本次未处理。', '请数秒后重试。'],
  ),
  PASSWORD_WEAK: entry(
    [
      'The new password is not accepted: {reason}.',
      'The old one stays.',
      'Use at least {lengthMin} characters, not the name, not the old one.',
    ],
    [
      '新密码不符合要求：{reason}。',
      '原密码保持不变。',
      '至少 {lengthMin} 个字符，不得包含用户名或与原密码相同。',
    ],
  ),
  ACCOUNT_EXISTS: entry(
    [
      'An account or token named {name} exists already.',
      'Nothing was made.',
      'Choose another name, or reset that one.',
    ],
    ['名为 {name} 的账户或令牌已存在。', '未新建。', '请更换名称，或重置该账户。'],
  ),
  ACCOUNT_UNKNOWN: entry(
    ['There is no account or token named {name}.', 'Nothing was changed.', 'Check the name.'],
    ['不存在名为 {name} 的账户或令牌。', '未做任何修改。', '请检查名称。'],
  ),
  ACCOUNT_LAST: entry(
    [
      '{name} is the last administrator who can log in.',
      'The account stays.',
      'Make another administrator first.',
    ],
    ['{name} 是最后一个可登录的管理员。', '该账户保留。', '请先新建另一名管理员。'],
  ),
  REQUEST_INVALID: entry(
    ['The request is not as described: {reason}.', 'Nothing was done.', 'See /api/v1/openapi.json.'],
    ['请求不符合接口说明：{reason}。', '未执行任何操作。', '请参阅 /api/v1/openapi.json。'],
  ),
  NOT_FOUND: entry(
    ['There is nothing at {what}.', 'Nothing was done.', 'Check the address.'],
    ['{what} 不存在。', '未执行任何操作。', '请检查地址。'],
  ),
  PURPOSE_MISSING: entry(
    [
      'Evidence is shown only for a stated purpose.',
      'The attempt was logged.',
      'Send `purpose`, 2 to 200 characters, for example review.',
    ],
    ['查看证据必须说明用途。', '该尝试已记入日志。', '请提供 `purpose`（2 至 200 个字符），例如“核实”。'],
  ),
  HTTP_PORT_REFUSED: entry(
    [
      'The web server cannot listen on {host}:{port} ({reason}).',
      'The gateway does not start without it.',
      'Free the port or change http.host and http.port.',
    ],
    [
      '网页服务无法监听 {host}:{port}（{reason}）。',
      '网关不会在缺少该服务时启动。',
      '请释放端口或修改 http.host、http.port。',
    ],
  ),
  HTTP_UNENCRYPTED: entry(
    [
      'The web server listens on {host} without TLS.',
      'Passwords and pictures cross the network readable.',
      'Set http.tls, or put a TLS proxy in front and listen on 127.0.0.1.',
    ],
    [
      '网页服务在 {host} 上未启用 TLS。',
      '密码与图像将以明文传输。',
      '请配置 http.tls，或在前端部署 TLS 代理并仅监听 127.0.0.1。',
    ],
  ),
  HTTP_TLS_UNREADABLE: entry(
    [
      'Certificate or key of the web server cannot be used ({reason}).',
      'The gateway does not start without it.',
      'Check http.tls.certFile and http.tls.keyFile.',
    ],
    [
      '网页服务的证书或私钥不可用（{reason}）。',
      '网关不会在缺少该服务时启动。',
      '请检查 http.tls.certFile 与 http.tls.keyFile。',
    ],
  ),
  HTTP_FAILED: entry(
    [
      'The web server failed on {route} ({reason}).',
      'This request was answered with an error; the server goes on.',
      'Send the log line to support.',
    ],
    [
      '网页服务处理 {route} 时出错（{reason}）。',
      '该请求已返回错误，服务继续运行。',
      '请将日志发送给技术支持。',
    ],
  ),
  CONSOLE_MISSING: entry(
    [
      'The console has not been built ({folder}).',
      'The API answers, the page does not.',
      'Run `npm run build`.',
    ],
    ['控制台尚未构建（{folder}）。', '接口可用，网页不可用。', '请运行 `npm run build`。'],
  ),
  FEED_FULL: entry(
    [
      '{feedsMax} live feeds are open already.',
      'This one was refused.',
      'Close a console, or raise http.feedsMax.',
    ],
    ['实时通道已达上限 {feedsMax}。', '已拒绝本次连接。', '请关闭一个控制台，或调高 http.feedsMax。'],
  ),
  CAMERA_NO_PICTURE: entry(
    [
      'The camera {camera} has shown no picture that could be had now.',
      'Nothing is shown instead; the camera goes on being read.',
      'Look at its state; try again when it is online.',
    ],
    [
      '摄像机 {camera} 目前没有可用画面。',
      '不以其他画面代替，继续读取该摄像机。',
      '请查看其状态，待其在线后重试。',
    ],
  ),
  DRY_RUN_BUSY: entry(
    [
      'A dry run is going on, for the camera {camera}.',
      'There is one at a time, so that cameras owe nothing.',
      'Wait for it, or cancel it.',
    ],
    ['正在对摄像机 {camera} 试运行。', '为不影响摄像机分析，同时只运行一项。', '请等待其结束，或先取消。'],
  ),
  DRY_RUN_CLIP_REFUSED: entry(
    [
      'The film cannot be taken for a dry run: {reason}.',
      'Nothing of it is kept.',
      'Send an MP4 of at most {bytesMax} bytes.',
    ],
    ['该视频不能用于试运行：{reason}。', '未保留其任何内容。', '请上传不超过 {bytesMax} 字节的 MP4 视频。'],
  ),
  ACCESS_LOG_BROKEN: entry(
    [
      'The access log does not fit together at entry {entry}.',
      'Entries go on being written.',
      'Keep the database file and call an auditor.',
    ],
    ['访问日志在第 {entry} 条处不连贯。', '继续写入后续日志。', '请保留数据库文件并通知督察人员。'],
  ),
  UPLOADS_FULL: entry(
    [
      '{count} body-cam uploads are unfinished.',
      'A new one was refused; begun ones may go on.',
      'Finish those, or raise http.uploadsUnfinishedMax.',
    ],
    [
      '未完成的执法记录仪上传已达 {count} 个。',
      '已拒绝新的上传，已开始的可继续。',
      '请先完成，或调高 http.uploadsUnfinishedMax。',
    ],
  ),
  UPLOAD_NO_ROOM: entry(
    [
      'The disk has no room for an upload of {bytes} bytes ({freeBytes} free).',
      'It was refused; the recording stays on the device.',
      'Free space under storage.folder.',
    ],
    [
      '磁盘空间不足以接收 {bytes} 字节的上传（剩余 {freeBytes}）。',
      '已拒绝，录像保留在设备上。',
      '请清理 storage.folder 所在磁盘。',
    ],
  ),
  BODYCAM_METADATA_BAD: entry(
    [
      'Recording {recording} came with unusable details: {reason}.',
      'It is kept in quarantine and not analysed.',
      'Correct the docking station or the body-cam, then upload again.',
    ],
    [
      '执法记录 {recording} 的附带信息不可用：{reason}。',
      '已隔离保存，不参与分析。',
      '请修正采集站或记录仪设置后重新上传。',
    ],
  ),
  BODYCAM_UNREGISTERED: entry(
    [
      'Recording {recording} comes from body-cam {device}, which is not registered.',
      'It is kept in quarantine and not analysed.',
      'Register the device under devices.bodycams, or find out whose it is.',
    ],
    [
      '执法记录 {recording} 来自未登记的记录仪 {device}。',
      '已隔离保存，不参与分析。',
      '请在 devices.bodycams 中登记，或核查设备归属。',
    ],
  ),
  BODYCAM_USER_MISMATCH: entry(
    [
      'Recording {recording} names user {user}, body-cam {device} is assigned to somebody else.',
      'It is kept in quarantine and not analysed.',
      'Clear up who wore it and correct the assignment.',
    ],
    [
      '执法记录 {recording} 的使用人为 {user}，而记录仪 {device} 登记给他人。',
      '已隔离保存，不参与分析。',
      '请核实佩戴人并更正登记。',
    ],
  ),
  BODYCAM_FILE_BAD: entry(
    [
      'Recording {recording} is not a playable video ({reason}).',
      'It is kept in quarantine and not analysed.',
      'Keep the card; play the file on the body-cam and upload it again.',
    ],
    [
      '执法记录 {recording} 不是可播放的视频（{reason}）。',
      '已隔离保存，不参与分析。',
      '请保留存储卡，在记录仪上播放核对后重新上传。',
    ],
  ),
  BODYCAM_LOST: entry(
    [
      'The file of recording {recording} is gone ({reason}).',
      'The record stays, marked; nothing is analysed.',
      'Upload it again from the device.',
    ],
    ['执法记录 {recording} 的文件丢失（{reason}）。', '记录保留并标注，不参与分析。', '请从设备重新上传。'],
  ),
  UPLOAD_FAILED: entry(
    [
      'The upload of {file} failed ({reason}).',
      'What arrived is kept; the upload can be resumed.',
      'Check address and token, then run it again.',
    ],
    ['上传 {file} 失败（{reason}）。', '已上传部分保留，可断点续传。', '请检查地址与令牌后重试。'],
  ),
  INFLUX_UNREACHABLE: entry(
    [
      'InfluxDB at {url} does not take points ({reason}).',
      'Points wait in memory ({waiting} of {spoolMax}); trying again every interval.',
      'Check telemetry.influx and the server.',
    ],
    [
      'InfluxDB（{url}）无法写入（{reason}）。',
      '数据点暂存内存（{waiting}/{spoolMax}），每个周期重试。',
      '请检查 telemetry.influx 与服务器。',
    ],
  ),
  INFLUX_DROPPED: entry(
    [
      '{dropped} telemetry points were dropped while InfluxDB was away.',
      'The oldest went first; alerts are not affected.',
      'Bring the server back, or raise telemetry.spoolMax.',
    ],
    [
      'InfluxDB 不可用期间丢弃了 {dropped} 个遥测数据点。',
      '先丢弃最旧数据，告警不受影响。',
      '请恢复服务器，或调高 telemetry.spoolMax。',
    ],
  ),
}
