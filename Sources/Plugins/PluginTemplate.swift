package import Model
package import Policies

/// The files of a new plugin: they load, and their test passes.
package enum PluginTemplate {
    /// - Returns: `nil` for a name that no plugin can have.
    package static func files(_ name: ExactName) -> [PolicyFile]? {
        guard PluginReader.isName(name), !Capabilities.all.contains(where: { $0.name == name }) else { return nil }
        return [
            PolicyFile(name: "plugin.lua", bytes: Array(plugin(name).utf8)),
            PolicyFile(name: "sites.csv", bytes: Array("site,country\nhq,NO\nlab,SE\n".utf8)),
            PolicyFile(name: PolicyFile.tests(of: name), bytes: Array(test(name).utf8)),
            PolicyFile(name: PolicyFile.testSchema, bytes: Array(schema.utf8)),
        ]
    }

    private static func plugin(_ name: ExactName) -> String {
        """
        -- The purpose of this plugin, in a sentence.
        local sites = data "sites"

        return {
          name = "\(name)",
          version = "0.1.0",
          about = "Where our sites are",
          needs = {},
          requires = {},
          provides = {
            functions = {
              -- True when a site is in a country.
              is_in = {
                takes = { { site = "string" }, { country = "string" } },
                returns = "boolean",
                run = function(site, country)
                  if not sites:has(site) then return false end
                  return sites:get(site).country == country
                end,
              },
            },
            data = {
              -- Every site and its country.
              sites = { file = "sites.csv", key = "site", columns = { site = "string", country = "string" } },
            },
          },
        }

        """
    }

    private static let schema = """
        -- The schema that the tests of this plugin use, so that they pass beside policies of any schema.
        return {
          actions = { ["sites.read"] = "read" },
          resources = { site = {} },
          context = {},
        }

        """

    private static func test(_ name: ExactName) -> String {
        """
        test("the head office is in Norway", { ask = '\(name).is_in("hq", "NO")', gives = true })

        test("an unknown site is nowhere", { ask = '\(name).is_in("moon", "NO")', gives = false })

        test("a site is a string", { ask = '\(name).is_in(7, "NO")', fails = "takes a string as `site`" })

        """
    }
}
