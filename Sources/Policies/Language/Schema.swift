package import Model

/// The half of the vocabulary that a schema declares: actions, resource types, context and external subject types.
package struct Schema: Sendable {
    package enum ActionKind: String, CaseIterable, Sendable {
        case read
        case write
        case delete
        case admin
    }

    /// A declared property of a resource, the context or an external subject.
    package struct Property: Sendable, Equatable {
        package let name: ExactName
        package let type: ValueType
        package let isOptional: Bool
    }

    /// A named set of properties; the property's place in it is its slot.
    package struct RecordType: Sendable {
        package let name: ExactName
        package let properties: [Property]

        package init(name: ExactName, properties: [Property]) {
            self.name = name
            self.properties = properties
        }

        package func slot(_ name: ExactName) -> Int? { properties.firstIndex { $0.name == name } }
    }

    package var actions: [ExactName: ActionKind] = [:] {
        didSet {
            actionNames = actions.keys.sorted()
            actionIndex = ByteIndex()
            for (number, name) in actionNames.enumerated() { actionIndex.claim(name, number: number) }
        }
    }
    /// Every action, sorted; its index is its number.
    package private(set) var actionNames: [ExactName] = []
    package private(set) var actionIndex = ByteIndex()
    package var resources: [RecordType] = [] { didSet { layout = PropertyLayout(self) } }
    package var subjects: [RecordType] = [] { didSet { layout = PropertyLayout(self) } }
    package var context = RecordType(name: "context", properties: []) { didSet { layout = PropertyLayout(self) } }
    /// The places of the declared properties in a request.
    package private(set) var layout = PropertyLayout()

    /// The property with this name of any of some types; all of them give it the same type.
    static func property(_ name: ExactName, among types: [RecordType]) -> Property? {
        for type in types {
            if let slot = type.slot(name) { return type.properties[slot] }
        }
        return nil
    }

    /// True when every record of some types has a property: all of them declare it, and none as optional.
    package static func requires(_ name: ExactName, _ types: [RecordType]) -> Bool {
        types.allSatisfy { type in type.slot(name).map { !type.properties[$0].isOptional } ?? false }
    }

    package func resource(_ name: ExactName) -> Int? { resources.firstIndex { $0.name == name } }
    package func subject(_ name: ExactName) -> Int? { subjects.firstIndex { $0.name == name } }
}
