internal import Model
internal import Policies

extension Capabilities {
    /// Local time in the zone of the request's tenant, or in a named zone.
    static let zone = capability(
        "zone", "Local time in the time zones of the IANA database.",
        [
            HostedFunction(
                name: "is_open",
                about:
                    "True when a time, or now, is in the weekly hours of the request's tenant and not on a holiday.",
                parameters: [.init("at", .instant, isOptional: true)], result: .init(.boolean),
                tables: [
                    [
                        .init("tenant", .string), .init("weekday", .number), .init("opens", .string),
                        .init("closes", .string),
                    ],
                    [.init("tenant", .string), .init("date", .date)],
                ],
                body: { _, tables, tenant throws(NativeFault) in
                    let week = try Week(hours: tables[0], holidays: tables[1], of: tenant)
                    return { arguments, circumstances in
                        let time = if case .instant(let at)? = arguments.first { at } else { circumstances.minute }
                        return .boolean(week.isOpen(at: time, in: circumstances.zone))
                    }
                }),
            HostedFunction(
                name: "is_holiday", about: "True when a day, or today, is a holiday of the request's tenant.",
                parameters: [.init("day", .date, isOptional: true)], result: .init(.boolean),
                tables: [[.init("tenant", .string), .init("date", .date)]],
                body: { _, tables, tenant throws(NativeFault) in
                    let days = try Week.holidays(tables[0], of: tenant)
                    return { arguments, circumstances in
                        if case .date(let stated)? = arguments.first {
                            return .boolean(days.contains(stated.daysSinceEpoch))
                        }
                        let today = circumstances.zone.date(of: circumstances.minute)
                        return .boolean(days.contains(today.daysSinceEpoch))
                    }
                }),
            local("hour", "The hour of a time in a zone, 0 to 23.", .number) {
                .integer(Int64($1.clock(of: $0).hour))
            },
            local("weekday", "The day of the week of a time in a zone; 1 is Monday.", .number) {
                .integer(Int64($1.date(of: $0).weekday))
            },
            local("date", "The day of a time in a zone.", .date) { .date($1.date(of: $0)) },
        ])

    /// A function of a time and the name of a zone.
    private static func local(
        _ name: ExactName, _ about: String, _ type: ValueType, _ read: @escaping @Sendable (Instant, Zone) -> Value
    ) -> HostedFunction {
        HostedFunction(
            name: name, about: about, parameters: [.init("time", .instant), .init("zone", .string)],
            result: .init(type),
            body: { fixed, _, _ throws(NativeFault) in
                let ready = try fixed[1].map { value throws(NativeFault) in try zone(value) }
                return { arguments, _ in
                    guard case .instant(let time) = arguments[0] else { return .absent }
                    if let ready { return read(time, ready) }
                    do throws(NativeFault) { return read(time, try zone(arguments[1])) } catch {
                        return .failure(error.message)
                    }
                }
            })
    }

    private static func zone(_ value: Value) throws(NativeFault) -> Zone {
        guard case .string(let name) = value else { throw NativeFault("the name of a zone must be a string") }
        do throws(ZoneError) { return try Zone(ExactName(name)) } catch { throw NativeFault(error.message) }
    }
}

/// The weekly hours and the holidays of one tenant.
private struct Week {
    /// The hours of each weekday from Monday, as ranges of minutes of the day.
    private var hours: [[Range<Int>]] = Array(repeating: [], count: 7)
    private let holidays: Set<Int64>

    /// Reads the rows of the tenant, or those of `*` if it has none of its own. Every row is checked.
    init(hours table: PluginTable, holidays: PluginTable, of tenant: ExactName?) throws(NativeFault) {
        self.holidays = try Self.holidays(holidays, of: tenant)
        let own = Self.rows(table, of: tenant)
        for row in 0..<table.count {
            guard case .integer(let weekday) = table.value(row, table.slot("weekday")!), (1...7).contains(weekday)
            else {
                throw NativeFault("`\(table.name)`, row \(row + 1): `weekday` is 1 (Monday) to 7")
            }
            let opens = try Self.minutes(table.value(row, table.slot("opens")!), table, row)
            let closes = try Self.minutes(table.value(row, table.slot("closes")!), table, row)
            guard opens < closes else {
                throw NativeFault(
                    "`\(table.name)`, row \(row + 1): `closes` must be after `opens`; hours end at 24:00 at the latest")
            }
            if own.contains(row) { hours[Int(weekday) - 1].append(opens..<closes) }
        }
    }

    static func holidays(_ table: PluginTable, of tenant: ExactName?) throws(NativeFault) -> Set<Int64> {
        var days: Set<Int64> = []
        for row in rows(table, of: tenant) {
            if case .date(let day) = table.value(row, table.slot("date")!) { days.insert(day.daysSinceEpoch) }
        }
        return days
    }

    private static func rows(_ table: PluginTable, of tenant: ExactName?) -> [Int] {
        func rows(_ wanted: ExactName) -> [Int] {
            (0..<table.count).filter { row in
                if case .string(let text) = table.value(row, table.slot("tenant")!) {
                    ExactName(text) == wanted
                } else {
                    false
                }
            }
        }
        let own = tenant.map(rows) ?? []
        return own.isEmpty ? rows("*") : own
    }

    /// The minutes of a time of day such as `08:30`.
    private static func minutes(_ value: Value, _ table: PluginTable, _ row: Int) throws(NativeFault) -> Int {
        if case .string(let text) = value {
            let bytes = Array(text.utf8)
            let digits = [0, 1, 3, 4].compactMap { index in
                index < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index])
                    ? Int(bytes[index] - UInt8(ascii: "0")) : nil
            }
            if bytes.count == 5, bytes[2] == UInt8(ascii: ":"), digits.count == 4 {
                let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
                if minute < 60, hour * 60 + minute <= 24 * 60 { return hour * 60 + minute }
            }
        }
        throw NativeFault("`\(table.name)`, row \(row + 1): a time of day has the form `08:30`")
    }

    func isOpen(at time: Instant, in zone: Zone) -> Bool {
        let day = zone.date(of: time)
        guard !holidays.contains(day.daysSinceEpoch) else { return false }
        let clock = zone.clock(of: time)
        return hours[day.weekday - 1].contains { $0.contains(clock.hour * 60 + clock.minute) }
    }
}
