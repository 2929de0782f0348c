using Microsoft.Data.Sqlite;

namespace Assay.Store.Accounts;

/// <summary>Settled epochs as rows of SQLite: one place that knows the order of the columns.</summary>
internal static class EpochRows
{
    private const int Columns = 33;

    public static SqliteCommand Insert(SqliteConnection connection, SqliteTransaction transaction)
    {
        var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = $"INSERT INTO epochs VALUES ({string.Join(", ", Enumerable.Range(0, Columns).Select(i => $"$c{i}"))})";
        for (var i = 0; i < Columns; i++)
            insert.Parameters.AddWithValue($"$c{i}", DBNull.Value);
        return insert;
    }

    public static void Put(SqliteCommand insert, string account, KeptEpoch e)
    {
        object[] values =
        [
            account, e.Segment, (long)e.Number, (long)e.Step, (long)e.Time, (long)e.Records, .. e.Letters.Select(l => (object)(long)l),
            (long)e.Passes, (long)e.Failures, OrNull(e.Life), (long)e.TrailingPasses, (long)e.TrailingFailures, OrNull(e.Trailing), e.Lower, e.Upper,
            (long)e.CanaryPasses, (long)e.CanaryFailures, OrNull(e.Canary), e.Detector is { } detector ? (long)detector : DBNull.Value, (long)e.Alarms, e.Alarmed ? 1 : 0,
            (long)e.Faults, e.Expected, e.ExpectedFailures, e.Score, e.PlainScore, e.Next,
        ];
        for (var i = 0; i < Columns; i++)
            insert.Parameters[i].Value = values[i];
        insert.ExecuteNonQuery();
    }

    public static KeptEpoch Read(SqliteDataReader row)
    {
        ulong N(int i) => (ulong)row.GetInt64(i);
        uint? B(int i) => row.IsDBNull(i) ? null : (uint)row.GetInt64(i);
        return new KeptEpoch(
            row.GetInt32(1), N(2), N(3), N(4), N(5), [.. Enumerable.Range(6, 7).Select(N)], N(13), N(14), B(15), N(16), N(17), B(18), (uint)N(19), (uint)N(20),
            N(21), N(22), B(23), row.IsDBNull(24) ? null : N(24), N(25), row.GetInt64(26) != 0, N(27), (uint)N(28), row.GetInt64(29), row.GetInt64(30), row.GetInt64(31), (uint)N(32));
    }

    private static object OrNull(uint? bound) => bound is { } b ? (long)b : DBNull.Value;
}
