// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "embedding",
    dependencies: [.package(name: "demilune", path: "../..")],
    targets: [
        .executableTarget(name: "embedding", dependencies: [.product(name: "Demilune", package: "demilune")])
    ]
)
