// A certified OpenID provider with one client, which has to use PKCE, and forms to log in as anybody.
// Arguments: its folder, the client's secret, the address to lead back to. Prints its address.
import http from 'node:http'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, secret, back] = process.argv.slice(2)
const { default: Provider } = await import(pathToFileURL(path.join(folder, 'lib/index.js')))

const server = http.createServer()
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const address = `http://127.0.0.1:${server.address().port}`
const provider = new Provider(address, {
  clients: [{ client_id: 'ledger', client_secret: secret, redirect_uris: [back] }],
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  cookies: { keys: ['of a test'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@farm.example`, email_verified: id !== 'hoa' }),
  }),
})
server.on('request', provider.callback())
console.log(address)
