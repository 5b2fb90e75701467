-- The days around the turn of the year, when nothing is released and nobody is there to renew a token.
return {
  -- True from 20 December to 2 January.
  is_frozen = function(day)
    return day.month == 12 and day.day >= 20 or day.month == 1 and day.day <= 2
  end,
}
