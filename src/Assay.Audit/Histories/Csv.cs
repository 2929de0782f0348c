using System.Text;

namespace Assay.Audit.Histories;

/// <summary>Rows of a CSV file (RFC 4180): fields in quotes may hold commas, lines and doubled quotes.</summary>
internal sealed class Csv
{
    private const int MostField = 1 << 20, MostRows = 1_000_000;

    private readonly Dictionary<string, int> columns;

    private Csv(Dictionary<string, int> columns, IReadOnlyList<string[]> rows) => (this.columns, Rows) = (columns, rows);

    public IReadOnlyList<string[]> Rows { get; }

    public string this[string[] row, string column] => row[columns[column]];

    /// <param name="needed">Columns that must be there; others may be.</param>
    /// <exception cref="AuditException">Not such a file.</exception>
    public static Csv Parse(TextReader reader, params ReadOnlySpan<string> needed)
    {
        var rows = new List<string[]>();
        var (row, field, quoted, any) = (new List<string>(), new StringBuilder(), false, false);
        for (int c; (c = reader.Read()) >= 0;)
        {
            any = true;
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
                    End();
            }
            if (field.Length > MostField || row.Count > 256 || rows.Count > MostRows)
                throw new AuditException($"row {rows.Count + 1} of the file is too large, or there are too many");
        }
        if (quoted)
            throw new AuditException("the file ends within quotes");
        if (any && (row.Count > 0 || field.Length > 0))
        {
            row.Add(field.ToString());
            End();
        }
        if (rows.Count == 0)
            throw new AuditException("the file has no row of names");
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, name) in rows[0].Index())
            columns.TryAdd(name, i);
        foreach (var name in needed)
            if (!columns.ContainsKey(name))
                throw new AuditException($"the file has no column '{name}'");
        for (var i = 1; i < rows.Count; i++)
            if (rows[i].Length != rows[0].Length)
                throw new AuditException($"row {i + 1} has {rows[i].Length} fields, the first has {rows[0].Length}");
        return new Csv(columns, [.. rows.Skip(1)]);

        void End()
        {
            // An empty line is no row.
            if (row.Count > 1 || row[0].Length > 0)
                rows.Add([.. row]);
            row.Clear();
        }
    }
}
