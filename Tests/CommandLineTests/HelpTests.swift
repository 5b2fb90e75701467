internal import Foundation
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine

@Suite struct HelpTests {
    @Test(arguments: [40, 60, 80, 100])
    func `help fits the terminal, and no word is broken or lost`(columns: Int) {
        var texts = Program.verbs.map { WrappedText(Help.text(of: $0, columns), of: Help.text(of: $0, nil)) }
        texts.append(WrappedText(Help.overview(Program.verbs, columns), of: Help.overview(Program.verbs, nil)))
        for text in texts { #expect(text.faults(columns: columns) == []) }
    }

    @Test func `the program has the verbs that the tests run`() throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: Program.path)
        process.arguments = ["--help"]
        process.standardOutput = output
        try process.run()
        let told = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(told == Session().run("--help").output)
    }

    @Test func `the help of decide has this text`() {
        let result = Session().run("decide", "--help")
        #expect(result.status == 0)
        #expect(
            result.output == """
                usage: demilune decide TOKEN ACTION [TYPE[:ID]] [name=value …] [--explain] [--expect ANSWER] [--log \
                FILE] [--mask NAME[,NAME]] [--sink PLUGIN.NAME[=FILE]] [--subject TYPE:ID] [--isolate] [--fuel N] \
                [--memory MIB] [--deadline MS]

                Decides what a token may do, and shows why.

                  TOKEN                     a token's id or unique name; `-` reads its string, or stands for no token
                  ACTION                    an action of the schema, or token.issue, amend, reveal, revoke or list
                  [TYPE[:ID]] [name=value]  the resource, and its properties or the context's; the subject's are \
                `subject.name=`; a list is `a,b` or JSON

                options:
                  --explain                  show the facts that each policy read
                  --expect ANSWER            permit or deny: end with 0 if so, else with 5
                  --log FILE                 append decisions to a decision log
                  --mask NAME[,NAME]         properties whose values the log does not show
                  --sink PLUGIN.NAME[=FILE]  hand decisions to a sink of a plugin, as lines of a decision log
                  --subject TYPE:ID          an external subject, with `-` for TOKEN; needs no store
                  --isolate                  run the policies in a child process that can do nothing but decide
                  --fuel N                   instructions that one policy may spend on a request (1000000)
                  --memory MIB               memory that one policy may take (8)
                  --deadline MS              milliseconds that one policy may take (1000)

                supported_obligations=NAME[,NAME] says which obligations the client can fulfil; a permit with any other \
                is a deny.

                token.issue has `-` for TOKEN. It, token.derive and token.amend take name=, kind=, assignment=, and \
                expires= or last_day=.

                exit status: 0 permit, 2 deny, 3 policies do not load, 5 not as expected, 64 wrong usage, 1 any \
                failure

                Also: --store --keys --policies --plugins --locked --tenant --at --as --on-rollback --json --color \
                --version --help

                """)
    }

    @Test func `the overview lists every verb with its description`() {
        let result = Session().run("--help")
        #expect(result.status == 0)
        #expect(
            result.output.contains(
                """
                verbs:
                  init                   makes a new store, or with --policies a first policy set
                  import                 imports tenants, departments, user types, users and tokens from JSON
                  export                 prints the organisation as JSON: with --tokens the tokens too, never their \
                strings
                  store verify           finds what was changed without the keys: tokens, users, rights, the log, \
                and the file itself
                  store reseal           seals unsealed records after you have reviewed them, or accepts a restored \
                backup
                  token create           makes an API token, or with --mobile the token of a login
                  token derive           makes a short-lived token from a token: never wider, never longer, and ended \
                with it
                  token list             lists tokens: API tokens, mobile users logged in, or both
                  token show             shows a token, how it is used, and what it permits
                  token reveal           shows the string of an API token again, and logs who saw it
                  token amend            changes the name, expiry, assignment, description, contact or ceiling of a token
                  token narrow           limits tokens to what they used, by a decision log; without --yes it only \
                shows the ceilings
                  token rotate           gives a token a new string; the old one ends at once, or after an overlap
                  token reassign         makes a token again for another user; the old one ends at once, or after \
                an overlap
                  token suspend          suspends tokens until they are resumed
                  token resume           resumes suspended tokens
                  token revoke           revokes tokens: one, several, or all that match; without --yes it only \
                shows which
                  token find             finds the tokens whose strings are in the text on standard input; shows no \
                string
                  token mark-dormant     marks tokens as dormant that were not used for some time; policies see \
                since when
                  token purge            removes tokens that were revoked before a day, for good; the log stays
                  token expiring         lists the API tokens that end soon, by whom to tell, with what will stop working
                  advise                 shows the least that tokens need, by a decision log, and which are idle or too powerful
                  notices run            tells the people of API tokens that end soon, once for each step before the end
                  review start           begins an access review: freezes tokens and what they may do; without --yes it \
                only shows which
                  review status          shows how far a review is; without a name all reviews of the tenant
                  review show            lists the tokens of a review with what became of them, or shows one of them
                  review attest          attests tokens of a review: they are to keep what they may do; at a terminal \
                it asks for each
                  review revoke          revokes tokens of a review; without --yes it only shows which
                  review close           closes a review: what nobody attested is suspended or reported; without --yes \
                it only shows what
                  review export          prints the evidence of a review: each token, what it could do, and who said \
                what
                  request list           lists requests for tokens and changes that were denied to somebody
                  request show           shows a request: what is asked for, why it was denied, and what became of it
                  request approve        approves a request: a change is done at once, a token is made when its \
                requester fetches it
                  request refuse         refuses a request
                  request cancel         takes a request of your own back, also an approved one
                  request fetch          makes the token of an approved request of your own, and shows its string
                  user list              lists the users of a tenant, with their assignments
                  user show              shows a user: assignments, and the permissions of each
                  department list        lists the departments of a tenant as a tree
                  department show        shows a department: its place in the tree, its requirements and its users
                  user-type list         lists the user types of a tenant, with their permissions
                  user-type show         shows a user type: its permissions, and who is assigned to it
                  tenant list            lists the tenants, with the number of their users and departments
                  tenant show            shows a tenant: its zone, its size, and whether its token strings are kept
                  tenant set-reveal      shows or sets whether a tenant's token strings are kept to be shown again, \
                or never
                  user deactivate        deactivates a user: mobile tokens are revoked for good, API tokens suspended
                  user activate          makes a user active again; revoked and suspended tokens stay so
                  department deactivate  deactivates a department; refused while live tokens are in it
                  department activate    makes a department active again; revoked and suspended tokens stay so
                  user-type deactivate   deactivates a user type: nobody new gets it; tokens that have it stay valid
                  user-type activate     makes a user type active again; revoked and suspended tokens stay so
                  tenant deactivate      deactivates a tenant; refused while it has live tokens
                  tenant activate        makes a tenant active again; revoked and suspended tokens stay so
                  decide                 decides what a token may do, and shows why
                  repl                   answers questions interactively, at the terminal or from a script
                  batch                  decides requests, one JSON object a line, and answers each on a line, in \
                order
                  replay                 decides the requests of a decision log again, and shows whose decisions \
                differ
                  requests               makes up requests about the tokens of the store, one a line
                  requests import        makes requests from AuthZEN requests, or from a decision log of OPA
                  keys list              lists the keys of the key file, and how many tokens still need each
                  keys add               adds a key to the key file; new records are sealed with it
                  keys rewrap            seals with the active key the records of older keys; continues where it \
                was stopped
                  keys retire            destroys an old key that no token needs any longer
                  log list               lists what was done with tokens, keys and the directory, and what was refused
                  log verify             finds entries of the log that were changed, removed, reordered or cut off
                  plugins                lists the plugins, what each provides and what it needs
                  plugins show           prints what a plugin provides, in the words of its own comments
                  plugins lock           writes the hash of every file of plugins and policies, for --locked
                  plugins new            makes a new plugin to start from, with a test that passes
                  check                  finds mistakes in policies, without deciding anything
                  test                   runs the tests of policies and plugins, with the policies and with their \
                decision trees
                  mutate                 changes the policies bit by bit, and shows the changes that no test notices
                  diff                   shows whose permits a change of the policies, or of the store, gives or takes
                  explore                proves what the policies never do, or shows a request for which they do
                  vocabulary             prints everything that a policy can read
                  bench                  measures how fast this machine decides, on the demo organisation
                  bench store            measures how fast this machine keeps, finds, lists and revokes tokens

                """))
    }

    @Test(arguments: [
        ["init"], ["import"], ["export"], ["token", "list"], ["decide"], ["batch"], ["requests"], ["vocabulary"],
        ["bench"], ["token", "create"], ["token", "revoke"], ["keys", "retire"], ["log", "list"],
        ["user", "deactivate"],
        ["store", "verify"], ["tenant", "set-reveal"],
    ])
    func `every verb has a help text and only prints it`(verb: [String]) {
        let result = Session().run(verb + ["--help"])
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("usage: demilune \(verb.joined(separator: " "))"))
        #expect(result.errors.isEmpty)
    }

    @Test func `text from outside cannot move the cursor`() {
        let session = Session()
        #expect(session.run("init").status == 0)
        let result = session.run("decide", "a\u{1B}[31m", "orders.read")
        #expect(result.errors.contains("`a\\u{1b}[31m`"), "\(result.errors)")
        #expect(!result.errors.contains("\u{1B}"))
    }
}
