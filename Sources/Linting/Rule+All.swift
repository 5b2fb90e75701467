extension Rule {
    /// Every rule, by name.
    package static let all: [Rule] = (loading + checking + deep).sorted { $0.name < $1.name }

    /// The rules of the loader, which refuses what they find.
    private static let loading: [Rule] = [
        assignment, brokenPlugin, declaration, duplicateKey, failingLoad, fileName, ineffectiveReturn, invariant,
        lateDeclaration, library, miscompiled,
        misplacedFile, missingFile, notAFunction, required, reservedName, schema, settings, syntax, testWithoutPolicy,
        typeMismatch, undeclaredGlobal, unknownAttribute,
        unknownGrant, unknownInReason, unknownPermission, unknownDecisionKind, wrongArgument,
    ]

    /// The rules for policies that load, but are wrong or doubtful.
    private static let checking: [Rule] = [
        avoidableDeny, bidirectional, computedObligation, constantComparison, constantCondition, costly, cutArgument,
        duplicatePolicy,
        emptyReason,
        failing, inapplicableAction, keptState,
        lookAlike,
        negatedComparison, opensPolicy, saysNothing, shadowedName, silentBranch, suppression, typeAsDefault,
        typeWithoutAction,
        unconditionalPermit,
        unfilledTemplate, ungrantedAction, ungrantedPermit, unguardedRead, unknownInStore, unknownInTest, unreachable,
        unreadFile, untested, unusedGrant, unusedLibrary, unusedLocal, unusedSetting,
    ]

    /// The rules of a deep check.
    private static let deep: [Rule] = [neverDecisive, sameDenies, shadowedDeny, unlimitedPermit, unwalkedBranch]
}
