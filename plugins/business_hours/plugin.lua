-- Whether the business of a tenant is open, by its weekly hours and holidays, in its own time zone.
--
-- `hours.csv` and `holidays.csv` are yours to change. The tenant `*` stands for every tenant without rows of its own.
local zone = use "zone"

return {
  name = "business_hours",
  version = "1.0.0",
  about = "Whether the business of a tenant is open",
  needs = { "zone" },
  provides = {
    functions = {
      -- Whether a time, or now, lies in the tenant's weekly hours and on no holiday.
      open = { host = "zone.is_open", with = { "hours", "holidays" } },
      -- Whether a day, or today, is a holiday of the tenant.
      holiday = { host = "zone.is_holiday", with = { "holidays" } },
      -- How late it is somewhere else: `business_hours.shift("Asia/Tokyo", request.time)`.
      shift = {
        takes = { { zone = "string" }, { time = "instant" } },
        returns = one_of { "night", "day", "evening" },
        run = function(name, time)
          local hour = zone.hour(time, name) + 0
          if hour < 7 or hour >= 22 then return "night" end
          return hour < 17 and "day" or "evening"
        end,
      },
    },
    data = {
      -- From when to when it is open; weekday 1 is Monday, and a day may have several rows.
      hours = {
        file = "hours.csv",
        columns = { tenant = "string", weekday = "number", opens = "string", closes = "string" },
      },
      -- Days on which it is closed, and why.
      holidays = {
        file = "holidays.csv",
        columns = { tenant = "string", date = "date", name = "string" },
      },
    },
    commands = {
      -- What is night, day or evening in a zone: `shift Asia/Tokyo 2026-11-22T12:00:00Z`.
      shift = {
        takes = { { zone = "string" }, { time = "instant" } },
        run = function(name, time)
          return "there it is " .. zone.hour(time, name) .. " o'clock on " .. zone.date(time, name)
        end,
      },
    },
  },
}
