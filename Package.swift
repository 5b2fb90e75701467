// swift-tools-version: 6.2

import PackageDescription

/// The settings of every Swift target.
let swift: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// `scripts/test` sets this variable: the targets that tests spend their time in are then optimised, and the rest is as
/// in any debug build. Nobody can depend on a package with such flags, so they are never set otherwise.
let isOptimised = Context.environment["DEMILUNE_OPTIMISED"] != nil
let busySwift = swift + (isOptimised ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : [])
let busyC: [CSetting] = isOptimised ? [.unsafeFlags(["-O2"], .when(configuration: .debug))] : []

/// A Swift target under `Sources`. `ArchitectureTests` holds the imports to this list.
/// - Parameter folder: the folder's name, where it is not the target's.
func target(
    _ name: String, _ dependencies: [String] = [], folder: String? = nil, settings: [SwiftSetting] = busySwift
) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, path: folder.map { "Sources/\($0)" },
        swiftSettings: settings)
}

/// The tests of one target; folders that hold no Swift are excepted.
func tests(_ name: String, _ dependencies: [String], except folders: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, exclude: folders,
        swiftSettings: swift)
}

/// A Swift target under `Tests` that several tests share.
func support(_ name: String, _ dependencies: [String] = [], except folders: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, path: "Tests/\(name)",
        exclude: folders, swiftSettings: swift)
}

let package = Package(
    name: "demilune",
    products: [
        .executable(name: "demilune", targets: ["demilune"]),
        // The engine for other Swift programs.
        .library(name: "Demilune", targets: ["Demilune"]),
        // For the tests only: they load it into the program to stop it at a chosen point.
        .library(name: "StopPoint", type: .dynamic, targets: ["CStopPoint"]),
    ],
    targets: [
        .executableTarget(name: "demilune", dependencies: ["REPL", "CommandLine"], swiftSettings: swift),
        target(
            "REPL",
            [
                "CEditline", "CommandLine", "Presentation", "Analysis", "PolicyTesting", "Plugins", "Decisions",
                "Engine", "Policies", "Tokens", "Lua", "Syntax", "Files", "Model",
            ], settings: swift),
        target(
            "Demilune",
            ["Decisions", "Plugins", "Policies", "SQLiteStore", "ExportedStore", "Tokens", "Files", "Model"],
            folder: "Library", settings: swift),
        target(
            "CommandLine",
            [
                "CSystem", "Presentation", "Analysis", "Benchmarks", "Linting", "PolicyTesting", "Plugins", "Decisions",
                "Engine",
                "Policies", "SQLiteStore", "ExportedStore", "Tokens", "Files", "Model",
            ], settings: swift),
        target(
            "Presentation",
            [
                "CUnistring", "Linting", "Analysis", "PolicyTesting", "Decisions", "Policies", "Tokens", "Syntax",
                "Model",
            ], settings: swift),
        target(
            "Benchmarks",
            ["PolicyTesting", "Decisions", "Plugins", "Engine", "Policies", "SQLiteStore", "Tokens", "Model"]),
        target(
            "Linting",
            ["Analysis", "PolicyTesting", "Decisions", "Plugins", "Engine", "Policies", "Syntax", "Lua", "Model"]),
        target("Analysis", ["CCaDiCaL", "Decisions", "Engine", "Policies", "Syntax", "Lua", "Tokens", "Model"]),
        target(
            "PolicyTesting",
            ["CDemo", "Decisions", "Plugins", "Engine", "Policies", "Syntax", "Tokens", "Lua", "Model"]),
        target("Plugins", ["Engine", "Policies", "Lua", "Syntax", "CRE2", "CSystem", "CUnistring", "Files", "Model"]),
        target("Decisions", ["Tokens", "Engine", "Policies", "CSimdJSON", "Files", "Model"]),
        target("SQLiteStore", ["CSQLite", "SQLStore", "Tokens", "Files", "Model"]),
        target("SQLStore", ["Tokens", "Model"]),
        target("ExportedStore", ["Tokens", "Files", "Model"]),
        target("Tokens", ["CSodium", "CUnistring", "Files", "Model"]),
        target("Engine", ["Policies", "Lua", "Syntax", "Model"]),
        target("Policies", ["Lua", "Syntax", "CSodium", "Files", "Model"]),
        target("Lua", ["CLua", "Model"]),
        target("Syntax", ["Model"]),
        target("Files", ["CSystem", "Model"]),
        target("Model"),
        .target(name: "CLua", cSettings: busyC, linkerSettings: [.linkedLibrary("lua5.4")]),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2"), .linkedLibrary("stdc++")]),
        .target(name: "CDemo"),
        .target(name: "CEditline", linkerSettings: [.linkedLibrary("edit")]),
        .target(name: "CSystem", linkerSettings: [.linkedLibrary("seccomp")]),
        .systemLibrary(name: "CCaDiCaL"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CUnistring"),
        tests("ModelTests", ["Model"]),
        tests("FilesTests", ["Files", "Model"]),
        tests("SyntaxTests", ["Syntax", "CLuaLoad", "HostileScripts"]),
        support("HostileScripts", except: ["scripts"]),
        support(
            "TestSupport",
            ["Decisions", "Engine", "Plugins", "Policies", "SQLiteStore", "Tokens", "Files", "CSQLite", "Model"]),
        .target(name: "CStopPoint", path: "Tests/CStopPoint"),
        .target(name: "CConfined", dependencies: ["CSystem"], path: "Tests/CConfined"),
        .target(name: "CLuaLoad", path: "Tests/CLuaLoad", linkerSettings: [.linkedLibrary("lua5.4")]),
        tests("LuaTests", ["Lua", "CLua", "CLuaLoad", "HostileScripts", "Model"]),
        tests("PoliciesTests", ["Policies", "Syntax", "Lua", "Model"]),
        tests("EngineTests", ["Engine", "Policies", "Model"]),
        tests("PluginsTests", ["TestSupport", "Plugins", "Decisions", "Engine", "Policies", "Model"]),
        tests("TokensTests", ["Tokens", "Model"]),
        tests("SQLiteStoreTests", ["TestSupport", "SQLiteStore", "SQLStore", "Tokens", "CSQLite", "Model"]),
        tests("StoreContractTests", ["TestSupport", "SQLiteStore", "SQLStore", "ExportedStore", "Tokens", "Model"]),
        tests(
            "DecisionsTests",
            ["TestSupport", "HostileScripts", "Decisions", "Plugins", "Engine", "Policies", "Tokens", "Model"],
            except: ["Hostile"]),
        tests(
            "LintingTests",
            [
                "TestSupport", "HostileScripts", "Linting", "PolicyTesting", "Plugins", "Decisions", "Engine",
                "Policies", "Syntax", "Model",
            ]),
        tests("PolicyTestingTests", ["TestSupport", "PolicyTesting", "Decisions", "Policies", "Model"]),
        tests("AnalysisTests", ["TestSupport", "Analysis", "Decisions", "Engine", "Policies", "Model"]),
        tests("BenchmarksTests", ["Benchmarks", "Model"]),
        support("ProgramSupport", ["REPL", "CommandLine", "Presentation", "TestSupport"]),
        tests(
            "CommandLineTests",
            ["ProgramSupport", "CommandLine", "Presentation", "CConfined", "SQLiteStore", "Model", "Tokens"]),
        tests("REPLTests", ["ProgramSupport", "REPL", "CommandLine", "Presentation", "Model"]),
        tests("LibraryTests", ["Demilune", "TestSupport", "SQLiteStore", "Tokens", "Model"]),
        tests("PresentationTests", ["Presentation", "Linting", "PolicyTesting", "Policies", "Model"]),
        tests("ArchitectureTests", []),
    ],
    cLanguageStandard: .gnu2x,
    cxxLanguageStandard: .cxx17
)
