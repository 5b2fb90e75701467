extension Rule {
    /// Every rule, by name.
    package static let all: [Rule] = (loading + checking).sorted { $0.name < $1.name }

    /// What the loader refuses.
    private static let loading: [Rule] = [
        brokenPlugin, declaration, failingLoad, fileName, globalAssignment, miscompiled, missingFile, reservedName,
        schema, settings,
        syntax, testWithoutPolicy, undeclaredGlobal, unknownGrant, unknownInReason, unknownPermission, unknownPoint,
    ]

    /// What loads, and is wrong or doubtful nevertheless.
    private static let checking: [Rule] = [
        bidirectional, keptState, lookAlike, notAFunction, opensPolicy, saysNothing, shadowedName, silentBranch,
        suppression, typeMismatch, unconditionalPermit, unguardedRead, unknownAttribute, unreachable, untested,
        unusedLocal,
    ]
}
