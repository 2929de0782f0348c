using Assay.Reliability.Accounts;
using Assay.Verify;

namespace Assay.Market.Journal;

/// <summary>A table in a state: its rows in ascending order of their keys, none twice, so that it has one encoding.</summary>
internal static class StateTable
{
    /// <param name="least">Bytes of the smallest row.</param>
    /// <param name="row">Writes or reads a row's key and value.</param>
    public static void Transfer<TKey, TValue>(
        StateBytes bytes, Dictionary<TKey, TValue> table, Comparison<TKey> order, int most, int least, Func<(TKey Key, TValue Value), (TKey Key, TValue Value)> row)
        where TKey : notnull
    {
        var rows = new List<(TKey Key, TValue Value)>(bytes.Reads ? [] : table.Select(r => (r.Key, r.Value)));
        rows.Sort((a, b) => order(a.Key, b.Key));
        bytes.List(rows, most, least, row, default);
        if (!bytes.Reads)
            return;
        for (var i = 0; i < rows.Count; i++)
        {
            if (i > 0 && order(rows[i - 1].Key, rows[i].Key) >= 0)
                throw new MalformedException("a market's state with a table out of order");
            table.Add(rows[i].Key, rows[i].Value);
        }
    }

    /// <summary>The same of a set.</summary>
    public static void Transfer<T>(StateBytes bytes, HashSet<T> set, Comparison<T> order, int most, int least, Func<T, T> item)
    {
        var items = new List<T>(bytes.Reads ? [] : set);
        items.Sort(order);
        bytes.List(items, most, least, item, default!);
        if (!bytes.Reads)
            return;
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0 && order(items[i - 1], items[i]) >= 0)
                throw new MalformedException("a market's state with a set out of order");
            set.Add(items[i]);
        }
    }
}
