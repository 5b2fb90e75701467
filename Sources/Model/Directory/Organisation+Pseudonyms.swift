extension Organisation {
    /// The same organisation with pseudonyms for everything that identifies a person: users and their tokens.
    /// - Parameter pseudonym: gives the replacement of a string of a kind; always the same for the same string.
    package func pseudonymous(_ pseudonym: (_ text: ExactName, _ kind: String) -> ExactName) -> Organisation {
        var result = self
        for tenant in result.tenants.indices {
            for index in result.tenants[tenant].users.indices {
                var user = result.tenants[tenant].users[index]
                user.id = pseudonym(user.id, "user")
                user.name = user.id
                user.fullName = user.id
                user.email = "\(user.id)@pseudonym.invalid"
                result.tenants[tenant].users[index] = user
            }
            result.tenants[tenant].users.sort { $0.id < $1.id }
            for index in result.tenants[tenant].tokens.indices {
                var token = result.tenants[tenant].tokens[index]
                if !token.name.isEmpty { token.name = pseudonym(token.name, "token") }
                token.description = token.description.map { pseudonym($0, "description") }
                token.contact = token.contact.map { pseudonym($0, "contact") }
                if let purpose = token.ceiling?.purpose { token.ceiling?.purpose = pseudonym(purpose, "purpose") }
                result.tenants[tenant].tokens[index] = token
            }
        }
        return result
    }
}
