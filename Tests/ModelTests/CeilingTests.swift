internal import Model
internal import Testing

@Suite struct CeilingTests {
    private func ceiling(_ edit: (inout Ceiling) -> Void) -> Ceiling {
        var ceiling = Ceiling()
        edit(&ceiling)
        return ceiling
    }

    @Test(arguments: [
        ("mon-fri 08:00-18:00", "mon-fri 08:00-18:00", 5), ("MON-FRI 08:00-18:00", "mon-fri 08:00-18:00", 5),
        ("sat,sun", "sat,sun", 2), ("22:00-06:00", "22:00-06:00", 7), ("sat-mon", "mon,sat,sun", 3),
        ("08:00-24:00", "08:00-00:00", 7), ("mon,tue,wed 10:00-12:30", "mon-wed 10:00-12:30", 3),
        ("mon-sun", "mon-sun", 7),
        ("00:00-24:00", "mon-sun", 7), ("thu", "thu", 1),
    ])
    func `hours are days and times`(text: String, shown: String, days: Int) throws {
        let hours = try #require(Ceiling.Hours(text))
        #expect(hours.description == shown && hours.weekdays.count == days)
        #expect(Ceiling.Hours(hours.description) == hours)
    }

    @Test(arguments: [
        "", "mon-", "-fri", "mon--fri", "mo", "8:00-18:00", "08:00", "08:00-18:00 mon", "mon fri", "08:00-25:00",
        "24:00-08:00", "mon-fri 08:00-18:00 x", "08:00:30-18:00", "08:00–18:00", "mon,,tue",
    ])
    func `other texts are no hours`(text: String) { #expect(Ceiling.Hours(text) == nil) }

    /// The times of day that hours contain, minute by minute, as `token_ceiling` asks them.
    private func minutes(_ hours: Ceiling.Hours) -> Set<Int> {
        var minutes: Set<Int> = []
        for day in hours.weekdays {
            for minute in 0..<1_440
            where TimeOfDay(microseconds: Int64(minute) * 60_000_000).isBetween(hours.opens, hours.closes) {
                minutes.insert(day * 1_440 + minute)
            }
        }
        return minutes
    }

    @Test func `hours are within others exactly where each of their minutes is`() throws {
        let times = [
            "", "00:00-12:00", "06:00-12:00", "12:00-06:00", "22:00-02:00", "02:00-22:00", "23:00-01:00", "06:00-06:01",
        ]
        let all = ["", "mon-fri", "mon", "sat,sun"].flatMap { days in times.map { "\(days) \($0)" } }
            .compactMap { Ceiling.Hours($0) }
        #expect(all.count == 31)
        for one in all {
            for other in all {
                let (narrow, wide) = (ceiling { $0.hours = one }, ceiling { $0.hours = other })
                let isWithin = narrow.partsBeyond(wide) { _, _ in false }.isEmpty
                #expect(isWithin == minutes(one).isSubset(of: minutes(other)), "\(one) within \(other)")
            }
        }
    }

    @Test func `a ceiling is wider in each part that permits something new`() throws {
        let network = try IPNetwork("10.1.0.0/16")
        let whole = ceiling {
            $0.permissions = ["orders.*"]
            $0.departments = ["sales"]
            $0.networks = [network]
            $0.hours = Ceiling.Hours("mon-fri")
            $0.uses = 3
            $0.purpose = "export"
        }
        let isWithin = { (one: ExactName, other: ExactName) in one == other || one == "north" && other == "sales" }
        #expect(whole.partsBeyond(whole, isWithin: isWithin) == [] && whole.partsBeyond(nil, isWithin: isWithin) == [])
        #expect(Ceiling().partsBeyond(whole, isWithin: isWithin) == Ceiling.Part.allCases)
        for part in Ceiling.Part.allCases {
            #expect(whole.without(part).partsBeyond(whole, isWithin: isWithin) == [part])
            #expect(whole.partsBeyond(whole.without(part), isWithin: isWithin) == [])
        }
        var other = whole
        other.permissions = ["orders.read", "orders.create"]
        other.departments = ["north"]
        other.networks = [try IPNetwork("10.1.2.0/24")]
        other.hours = Ceiling.Hours("tue 08:00-12:00")
        other.uses = 1
        #expect(other.partsBeyond(whole, isWithin: isWithin) == [])
        #expect(whole.partsBeyond(other, isWithin: isWithin) == [.permissions, .departments, .networks, .hours, .uses])
        other.purpose = "Export"
        #expect(other.partsBeyond(whole, isWithin: isWithin) == [.purpose])
    }

    @Test func `a ceiling takes the limits that it lacks, and the permissions that both leave`() throws {
        let other = ceiling {
            ($0.permissions, $0.departments) = (["orders.*", "reports.read"], ["d"])
            $0.networks = [try! IPNetwork("10.0.0.0/8")]
            $0.hours = Ceiling.Hours("mon-fri")
            ($0.uses, $0.purpose) = (3, "export")
        }
        // Uses are not shared.
        #expect(
            Ceiling().narrowed(to: other)
                == ceiling {
                    $0 = other
                    $0.uses = nil
                })
        let own = ceiling {
            ($0.permissions, $0.departments) = (["orders.read", "users.read"], ["e"])
            ($0.uses, $0.purpose) = (1, "audit")
        }
        let narrowed = own.narrowed(to: other)
        #expect(narrowed.permissions == ["orders.read"] && narrowed.networks == other.networks)
        #expect(narrowed.uses == 1 && narrowed.hours == other.hours)
        // What both limit in different ways stays, and is told to be beyond.
        #expect(narrowed.partsBeyond(other) { $0 == $1 } == [.departments, .purpose])
        let apart = ceiling { $0.permissions = ["users.read"] }
        #expect(apart.narrowed(to: other).partsBeyond(other) { $0 == $1 } == [.permissions, .uses])
        #expect(own.narrowed(to: Ceiling()) == own)
    }

    @Test func `the form of an export reads back`() throws {
        let whole = ceiling {
            $0.permissions = ["users.read", "orders.*", "users.read"]
            $0.departments = ["d2", "d1"]
            $0.networks = [try! IPNetwork("2001:db8::/32"), try! IPNetwork("10.0.0.0/8")]
            $0.hours = Ceiling.Hours("mon-fri 08:00-18:00")
            $0.uses = 1
            $0.purpose = "nightly export"
        }
        let text = """
            {"permissions":["orders.*","users.read"],"departments":["d1","d2"],"networks":["10.0.0.0/8","2001:db8::/32"],\
            "hours":"mon-fri 08:00-18:00","uses":1,"purpose":"nightly export"}
            """
        #expect(whole.json.compact == text)
        #expect(try Ceiling(json: JSONReader.parse(text), path: "c") == whole)
        #expect(try Ceiling(json: .object([]), path: "c").isEmpty)
    }

    @Test(arguments: [
        (#"{"only":["a"]}"#, "c: unknown member `only`"), (#"[]"#, "c: expected an object"),
        (#"{"permissions":[]}"#, "c.permissions: a limit has from 1 to 1000 elements, got 0"),
        (#"{"permissions":["a*b"]}"#, "c.permissions[0]: `a*b`"),
        (#"{"departments":[""]}"#, "c.departments[0]: expected"),
        (#"{"departments":"d"}"#, "c.departments: expected an array"),
        (#"{"networks":["10.0.0.1/8"]}"#, "c.networks[0]: `10.0.0.1/8` is not a network"),
        (#"{"hours":"always"}"#, "c.hours: `always` is not days and times"),
        (#"{"uses":0}"#, "c.uses: expected a whole number from 1"),
        (#"{"uses":1.5}"#, "c.uses: expected a whole number"),
        (#"{"purpose":null}"#, "c.purpose: `null` is not a value"),
    ])
    func `a wrong ceiling is refused with its place`(text: String, message: String) throws {
        let error = #expect(throws: OrganisationError.self) {
            try Ceiling(json: JSONReader.parse(text), path: "c")
        }
        #expect(error.map { "\($0.path): \($0.message)".hasPrefix(message) } == true, "\(error!)")
    }

    @Test func `an intersection of permissions has exactly what both have`() {
        let patterns: [ExactName] = ["*", "orders.*", "orders.read", "orders.read.all", "users.*", "users.read", "o*"]
        let names: [ExactName] = ["orders.read", "orders.read.all", "orders.x", "users.read", "users.x", "other", "o"]
        for one in 0..<(1 << patterns.count) {
            for other in stride(from: one % 5, to: 1 << patterns.count, by: 7) {
                func set(_ bits: Int) -> PermissionSet {
                    PermissionSet(patterns.indices.filter { bits >> $0 & 1 == 1 }.map { patterns[$0] })
                }
                let (left, right) = (set(one), set(other))
                let both = left.intersection(right)
                for name in names { #expect(both.permits(name) == (left.permits(name) && right.permits(name))) }
                #expect(left.covers(both) && right.covers(both))
            }
        }
    }
}
