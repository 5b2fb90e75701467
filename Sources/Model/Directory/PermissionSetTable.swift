/// Different sets of permissions, numbered in the order in which they were first seen.
struct PermissionSetTable {
    private(set) var all: [PermissionSet] = []
    private var numbers: [PermissionSet: Int] = [:]

    mutating func number(of permissions: PermissionSet) -> Int {
        if let known = numbers[permissions] { return known }
        let number = all.count
        numbers[permissions] = number
        all.append(permissions)
        return number
    }
}
