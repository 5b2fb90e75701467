extension Rule {
    /// Every rule, by name.
    package static let all: [Rule] = (loading + checking).sorted { $0.name < $1.name }

    /// What the loader refuses.
    private static let loading: [Rule] = [
        assignment, brokenPlugin, declaration, duplicateKey, failingLoad, fileName, ineffectiveReturn, miscompiled,
        misplacedFile, missingFile, notAFunction, required, reservedName, schema, settings, syntax, testWithoutPolicy,
        typeMismatch, undeclaredGlobal, unknownAttribute,
        unknownGrant, unknownInReason, unknownPermission, unknownDecisionKind, wrongArgument,
    ]

    /// What loads, and is wrong or doubtful nevertheless.
    private static let checking: [Rule] = [
        avoidableDeny, bidirectional, constantComparison, constantCondition, costly, cutArgument, duplicatePolicy,
        emptyReason,
        failing, keptState,
        lookAlike,
        negatedComparison, opensPolicy, saysNothing, shadowedName, silentBranch, suppression, unconditionalPermit,
        unfilledTemplate, ungrantedAction, ungrantedPermit, unguardedRead, unknownInStore, unknownInTest, unreachable,
        unreadFile, untested, unusedGrant, unusedLocal, unusedSetting,
    ]
}
