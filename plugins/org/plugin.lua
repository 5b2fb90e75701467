-- Walks of the department tree.

-- The department itself or the nearest above it that holds both.
local function common(one, other)
  local place = one
  while not other:is_within(place) do
    if not place:has("parent") then error("these departments have nothing above them in common") end
    place = place.parent
  end
  return place
end

local managers = data "managers"

return {
  name = "org",
  version = "1.0.0",
  about = "Walks of the department tree: managers, siblings, common ancestors",
  provides = {
    functions = {
      -- The nearest department that two departments lie in; one of them, where it holds the other.
      common_ancestor = {
        takes = { { one = "department" }, { other = "department" } },
        returns = "department",
        run = common,
      },
      -- Whether two departments lie directly under the same one, and are not the same.
      siblings = {
        takes = { { one = "department" }, { other = "department" } },
        returns = "boolean",
        run = function(one, other)
          if one == other or not one:has("parent") or not other:has("parent") then return false end
          return one.parent == other.parent
        end,
      },
      -- How many steps up and down the tree lead from one department to another.
      distance = {
        takes = { { one = "department" }, { other = "department" } },
        returns = "number",
        run = function(one, other)
          local place = common(one, other)
          return (one.depth - place.depth) + (other.depth - place.depth)
        end,
      },
      -- Whether a token is a manager's, of a department or of one above it; `managers.csv` says which user types manage.
      manages = {
        takes = { { token = "token" }, { department = "department" } },
        returns = "boolean",
        run = function(token, department)
          return managers:has(token.user_type.name) and department:is_within(token.department)
        end,
      },
    },
    attributes = {
      department = {
        -- The names from the top of the tree down to it: `Nordlys Logistics / Sales / Sales North`.
        path = {
          returns = "string",
          run = function(department)
            local path = department.name .. ""
            while department:has("parent") do
              department = department.parent
              path = department.name .. " / " .. path
            end
            return path
          end,
        },
        -- The department at the top of its tree.
        top = {
          returns = "department",
          run = function(department)
            while department:has("parent") do department = department.parent end
            return department
          end,
        },
      },
      token = {
        -- Whether its user type is one that manages.
        is_managers = {
          returns = "boolean",
          run = function(token) return managers:has(token.user_type.name) end,
        },
      },
    },
    data = {
      -- User types whose holders manage the department they act in, and those under it.
      managers = { file = "managers.csv", key = "user_type", columns = { user_type = "string" } },
    },
    commands = {
      -- Where a department lies: `path d-sales-north`.
      path = {
        takes = { { department = "department" } },
        run = function(department) return department.path end,
      },
    },
  },
}
