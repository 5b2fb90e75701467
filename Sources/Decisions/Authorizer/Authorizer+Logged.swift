internal import Engine
package import Model
internal import Policies

/// A line of a decision log whose request gets the logged decision again.
package struct ConfirmedLine {
    package let version: ExactName
    /// The number of the line in its log; `nil` in logs of earlier versions.
    package let number: Int64?
}

extension Authorizer {
    /// Decides the request in a line of a decision log again, on the fast path.
    /// - Parameters:
    ///   - line: with `RequestLineReader.padding` readable bytes behind it.
    ///   - now: the time of the request; `nil` for the time of the line.
    /// - Returns: `nil` for every line whose decision may differ, and for every line that the fast reader leaves alone: one of
    ///   an act of administration, and one with advice, obligations or anything masked.
    package func confirmed(
        logged line: UnsafeRawBufferPointer, on directory: Directory, now: Instant?
    ) -> ConfirmedLine? {
        guard let reader else { return nil }
        var reading = RequestLineReader.LineReading.unsure
        var logged: RequestLineReader.LoggedDecision?
        let verdict = evaluator.evaluate(isInFull: false) { request in
            (reading, logged) = unsafe reader.read(logged: line, on: directory, now: now, into: &request)
            guard case .request = reading else { return false }
            if let code = fault(request) { reading = .deny(code) }
            if case .request = reading { return true }
            return false
        }
        guard let logged else { return nil }
        if let verdict {
            guard !verdict.isObliging, verdict.isPermit == logged.isPermitted, verdict.code == logged.code,
                let code = plainCode, logged.isPermitted || code == logged.policyCode
            else { return nil }
        } else {
            guard case .deny(let code) = reading, !logged.isPermitted, code == logged.code, logged.policyCode == nil
            else {
                return nil
            }
        }
        return ConfirmedLine(version: logged.version, number: logged.number)
    }

    /// The code of the first policy that denied the last request with one.
    /// - Returns: `nil` where a policy advised or obliged; else the code, which is `nil` where there is none.
    private var plainCode: ExactName?? {
        var code: ExactName?
        for outcome in evaluator.spoken where !evaluator.set.policies[outcome.policy].isObserving {
            for statement in evaluator.statements(outcome, fills: false) {
                switch statement.effect {
                case .permit: break
                case .deny: code = code ?? statement.code
                case .advise, .oblige: return nil
                }
            }
        }
        return .some(code)
    }
}
