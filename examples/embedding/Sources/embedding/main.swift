// A service that asks Demilune in its own process: `embedding POLICIES STORE OTHER-POLICIES`.
//
// It loads policies, decides two requests, prints why, puts other policies into force, and decides again, from two threads.

import Demilune
import Foundation
import Synchronization

/// The token `Warehouse sync` of the demo organisation.
let token = "6532ebee17e04c929e56e7977af956ae"
/// 2026-11-22T12:00:00Z, so that the demo's tokens are as old as they are meant to be.
let noon: Int64 = 1_795_348_800_000_000

func request(_ action: String, _ department: String) throws(DemiluneError) -> AuthorizationRequest {
    try AuthorizationRequest(
        .token(id: token), action, on: Resource("order", id: "42", ["department": .string(department)]), time: noon)
}

func show(_ name: String, _ decision: Decision) {
    print("\(name): \(decision.isPermitted ? "permit" : "deny") (\(decision.policyCode ?? decision.code))")
    for reason in decision.reasons { print("  \(reason.text)  [\(reason.policy).lua:\(reason.line)]") }
}

do {
    let paths = CommandLine.arguments.dropFirst().map { $0 }
    guard paths.count == 3 else {
        FileHandle.standardError.write(Data("usage: embedding POLICIES STORE OTHER-POLICIES\n".utf8))
        exit(64)
    }
    let snapshot = try Snapshot(policies: try PolicySet(folder: paths[0]), store: try Store(path: paths[1]))
    print("\(snapshot.tokenCount) tokens")
    let authorizer = try Authorizer(snapshot, threads: 2)
    show("read in Sales", try authorizer.decide(try request("orders.read", "d-sales")))
    show("read in Finance", try authorizer.decide(try request("orders.read", "d-finance")))

    // The policies of every thread change at one moment; what is decided right now is finished on the old ones.
    try authorizer.use(snapshot.with(try PolicySet(folder: paths[2])))
    print("other policies are in force")
    let actions = ["orders.read", "orders.approve"]
    let decisions = Mutex([Int: Result<Decision, any Error>]())
    DispatchQueue.concurrentPerform(iterations: actions.count) { thread in
        let decision = Result { try authorizer.decide(try request(actions[thread], "d-finance")) }
        decisions.withLock { $0[thread] = decision }
    }
    for (thread, action) in actions.enumerated() { show(action, try decisions.withLock { $0[thread]! }.get()) }
} catch {
    FileHandle.standardError.write(Data("error: \(error)\n".utf8))
    exit(1)
}
