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
func target(_ name: String, _ dependencies: [String] = [], settings: [SwiftSetting] = busySwift) -> Target {
    .target(name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, swiftSettings: settings)
}

/// The tests of one target; folders that hold no Swift are excepted.
func tests(_ name: String, _ dependencies: [String], except folders: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, exclude: folders,
        swiftSettings: swift)
}

/// A target that tests of several targets use.
func support(_ name: String, _ dependencies: [String] = [], except folders: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, path: "Tests/\(name)",
        exclude: folders, swiftSettings: swift)
}

let package = Package(
    name: "demilune",
    products: [
        .executable(name: "demilune", targets: ["demilune"]),
        // For the tests only: they load it into the program to stop it at a chosen point.
        .library(name: "StopPoint", type: .dynamic, targets: ["CStopPoint"]),
    ],
    targets: [
        .executableTarget(name: "demilune", dependencies: ["Commands"], swiftSettings: swift),
        target(
            "Commands",
            [
                "CEditline", "CSystem", "Presentation", "Benchmarks", "Linting", "Analysis", "PolicyTesting", "Plugins",
                "Decisions", "Engine", "Policies", "SQLiteStore", "ExportedStore", "Tokens", "Lua", "Syntax", "Files",
                "Model",
            ], settings: swift),
        target("Presentation", ["CUnistring", "PolicyTesting", "Decisions", "Tokens", "Model"], settings: swift),
        target(
            "Benchmarks",
            ["PolicyTesting", "Decisions", "Plugins", "Engine", "Policies", "SQLiteStore", "Tokens", "Model"]),
        target("Linting", ["PolicyTesting", "Decisions", "Plugins", "Engine", "Policies", "Syntax", "Lua", "Model"]),
        target("Analysis", ["Decisions", "Engine", "Policies", "Syntax", "Lua", "Tokens", "Model"]),
        target(
            "PolicyTesting",
            ["CDemo", "Decisions", "Plugins", "Engine", "Policies", "Syntax", "Tokens", "Lua", "Model"]),
        target("Plugins", ["Engine", "Policies", "Lua", "Syntax", "CRE2", "CSystem", "CUnistring", "Files", "Model"]),
        target("Decisions", ["Tokens", "Engine", "Policies", "CSimdJSON", "Files", "Model"]),
        target("SQLiteStore", ["CSQLite", "SQLStore", "Tokens", "Files", "Model"]),
        target("SQLStore", ["Tokens", "Model"]),
        target("ExportedStore", ["Tokens", "Model"]),
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
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CUnistring"),
        tests("ModelTests", ["Model"]),
        tests("FilesTests", ["Files", "Model"]),
        tests("SyntaxTests", ["Syntax", "CLuaLoad", "HostileScripts"]),
        support("HostileScripts", except: ["scripts"]),
        support(
            "TestSupport", ["Decisions", "Plugins", "Policies", "SQLiteStore", "Tokens", "Files", "CSQLite", "Model"]),
        .target(name: "CStopPoint", path: "Tests/CStopPoint"),
        .target(name: "CConfined", dependencies: ["CSystem"], path: "Tests/CConfined"),
        .target(name: "CLuaLoad", path: "Tests/CLuaLoad", linkerSettings: [.linkedLibrary("lua5.4")]),
        tests("LuaTests", ["Lua", "CLua", "CLuaLoad", "HostileScripts", "Model"]),
        tests("PoliciesTests", ["Policies", "Model"]),
        tests("EngineTests", ["Engine", "Policies", "Model"]),
        tests("PluginsTests", ["Plugins", "Decisions", "Engine", "Policies", "Model"]),
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
                "Policies", "Model",
            ]),
        tests("PolicyTestingTests", ["TestSupport", "PolicyTesting", "Decisions", "Policies", "Model"]),
        tests("AnalysisTests", ["TestSupport", "Analysis", "Decisions", "Engine", "Policies", "Model"]),
        tests("BenchmarksTests", ["Benchmarks", "Model"]),
        tests(
            "CommandsTests",
            ["Commands", "Presentation", "CConfined", "CSQLite", "SQLiteStore", "Model", "Tokens"]),
        tests("PresentationTests", ["Presentation", "Model"]),
        tests("ArchitectureTests", []),
    ],
    cLanguageStandard: .gnu2x,
    cxxLanguageStandard: .cxx17
)
