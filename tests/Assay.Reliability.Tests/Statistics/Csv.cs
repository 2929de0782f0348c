using System.Text;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>Rows of a CSV file with quoted fields of several lines (RFC 4180).</summary>
internal static class Csv
{
    public static IEnumerable<List<string>> Rows(TextReader reader)
    {
        var (row, field, quoted) = (new List<string>(), new StringBuilder(), false);
        while (reader.Read() is var c and not -1)
        {
            if (quoted && c == '"' && reader.Peek() == '"')
                field.Append((char)reader.Read());
            else if (c == '"')
                quoted = !quoted;
            else if (quoted || c is not (',' or '\n' or '\r'))
                field.Append((char)c);
            else if (c != '\r')
            {
                row.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    yield return row;
                    row = [];
                }
            }
        }
        if (row.Count > 0)
            yield return [.. row, field.ToString()];
    }
}
