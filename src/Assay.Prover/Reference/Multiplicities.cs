using System.Collections.Immutable;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Reference;

/// <summary>How often each row of each table is looked up; what is in no table is counted nowhere, and the sum of fractions shows it.</summary>
internal static class Multiplicities
{
    public static int[][] Of(LookupPlan plan, ImmutableArray<ImmutableArray<int[]>> values)
    {
        var counts = plan.Tables.Select(t => new int[1 << t.Log]).ToArray();
        var rows = new Dictionary<(long Tag, long A, long B, long C), (int Table, int Row)>();
        foreach (var (t, table) in plan.Tables.Index())
            for (var row = 0; row < table.Rows.Length; row++)
                // Of a row that is there more than once, the first.
                rows.TryAdd((table.Tag, table.Rows[row].A, table.Rows[row].B, table.Rows[row].C), (t, row));
        foreach (var (i, section) in plan.Sections.Index())
            foreach (var lookup in section.Section.Lookups)
                for (var at = 0; at < 1 << section.Section.Log; at++)
                {
                    if (lookup.Where?.At(at) == 0)
                        continue;
                    var columns = values[i];
                    var key = (Tag: lookup.Tag.At(columns, at) + (lookup.TagBy?.At(at) ?? 0), A: lookup.A.At(columns, at), B: lookup.B.At(columns, at), C: lookup.C.At(columns, at));
                    if (key.Tag == 0 && key.A >= 0 && key.A < counts[0].Length)
                        counts[0][key.A]++;
                    else if (rows.TryGetValue(key, out var found))
                        counts[found.Table][found.Row]++;
                }
        return counts;
    }
}
