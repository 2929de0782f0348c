using Assay.Verify.Crypto;
using Microsoft.Data.Sqlite;

namespace Assay.Store.Accounts;

/// <summary>The accounts that somebody keeps, with their history of figures, in SQLite. A step is written whole or not at all.</summary>
/// <remarks>Safe for use by several threads: one connection behind one lock. Other processes may read meanwhile.</remarks>
public sealed class AccountVault : IDisposable
{
    private readonly SqliteFile file;

    /// <exception cref="StoreException">The database cannot be opened or made.</exception>
    public AccountVault(string path)
    {
        file = new SqliteFile(path, """
            CREATE TABLE IF NOT EXISTS accounts (
                id       TEXT PRIMARY KEY,
                origin   TEXT NOT NULL,
                provider TEXT NOT NULL,
                url      TEXT NOT NULL,
                roots    TEXT NOT NULL,
                service  TEXT NOT NULL,
                oracle   TEXT NOT NULL,
                steps    INTEGER NOT NULL,
                time     INTEGER NOT NULL,
                state    BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS segments (
                account TEXT NOT NULL,
                place   INTEGER NOT NULL,
                model   TEXT NOT NULL,
                name    TEXT NOT NULL,
                profile TEXT NOT NULL,
                region  TEXT NOT NULL,
                PRIMARY KEY (account, place)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS segments_by_model ON segments (model);
            CREATE TABLE IF NOT EXISTS steps (
                account TEXT NOT NULL,
                step    INTEGER NOT NULL,
                time    INTEGER NOT NULL,
                event   BLOB NOT NULL,
                logged  INTEGER NOT NULL,
                PRIMARY KEY (account, step)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS epochs (
                account TEXT NOT NULL, segment INTEGER NOT NULL, number INTEGER NOT NULL,
                step INTEGER NOT NULL, time INTEGER NOT NULL, records INTEGER NOT NULL,
                d INTEGER NOT NULL, r INTEGER NOT NULL, v INTEGER NOT NULL, o INTEGER NOT NULL, w INTEGER NOT NULL, u INTEGER NOT NULL, x INTEGER NOT NULL,
                passes INTEGER NOT NULL, failures INTEGER NOT NULL, life INTEGER,
                trailing_passes INTEGER NOT NULL, trailing_failures INTEGER NOT NULL, trailing INTEGER,
                lower INTEGER NOT NULL, upper INTEGER NOT NULL,
                canary_passes INTEGER NOT NULL, canary_failures INTEGER NOT NULL, canary INTEGER,
                detector INTEGER, alarms INTEGER NOT NULL, alarmed INTEGER NOT NULL, faults INTEGER NOT NULL,
                expected INTEGER NOT NULL, expected_failures INTEGER NOT NULL, score INTEGER NOT NULL, plain_score INTEGER NOT NULL, next INTEGER NOT NULL,
                PRIMARY KEY (account, segment, number)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS epochs_alarmed ON epochs (account, segment, number) WHERE alarmed = 1;
            CREATE INDEX IF NOT EXISTS epochs_by_time ON epochs (account, time);
            """);
    }

    /// <summary>Keeps a step: the account after it, what it settled, and the event that commits to it.</summary>
    /// <exception cref="StoreException">The disk does not take it: nothing was changed.</exception>
    public void Put(KeptAccount account, IEnumerable<KeptSegment> segments, IEnumerable<KeptEpoch> settled, KeptStep step) => file.Write(transaction =>
    {
        var id = account.Id.ToHex();
        file.Run(transaction, "INSERT OR REPLACE INTO accounts VALUES ($a, $b, $c, $d, $e, $f, $g, $h, $i, $j)",
            id, account.Origin, account.Provider, account.Url, account.Roots.ToHex(), account.Service, account.Oracle, (long)account.Steps, (long)account.Time, account.State);
        foreach (var s in segments)
            file.Run(transaction, "INSERT OR REPLACE INTO segments VALUES ($a, $b, $c, $d, $e, $f)", id, s.Place, s.Model.ToHex(), s.Name, s.Profile, s.Region);
        file.Run(transaction, "INSERT INTO steps VALUES ($a, $b, $c, $d, $e)", id, (long)step.Step, (long)step.Time, step.Event, step.Logged ? 1 : 0);
        using var insert = EpochRows.Insert(transaction.Connection!, transaction);
        foreach (var epoch in settled)
            EpochRows.Put(insert, id, epoch);
    });

    /// <summary>Notes that a step's entry is in the log.</summary>
    public void MarkLogged(Hash account, ulong step) => file.Write(transaction =>
        file.Run(transaction, "UPDATE steps SET logged = 1 WHERE account = $a AND step = $b", account.ToHex(), (long)step));

    /// <summary>Writes the forecasts of settled epochs anew, and nothing else of them.</summary>
    /// <exception cref="StoreException">The disk does not take it: nothing was changed.</exception>
    public void PutForecasts(Hash account, IEnumerable<KeptEpoch> epochs) => file.Write(transaction =>
    {
        foreach (var e in epochs)
            file.Run(transaction, "UPDATE epochs SET expected = $a, expected_failures = $b, score = $c, plain_score = $d, next = $e WHERE account = $f AND segment = $g AND number = $h",
                e.Expected, e.ExpectedFailures, e.Score, e.PlainScore, e.Next, account.ToHex(), e.Segment, (long)e.Number);
    });

    /// <summary>All accounts, by the name of their provider and then by service.</summary>
    public IReadOnlyList<KeptAccount> List() => file.Read("SELECT * FROM accounts ORDER BY provider, service, id", ReadAccount);

    public KeptAccount? Find(Hash id) => file.Read("SELECT * FROM accounts WHERE id = $a", ReadAccount, id.ToHex()).FirstOrDefault();

    /// <summary>The segments of an account, in its order.</summary>
    public IReadOnlyList<KeptSegment> SegmentsOf(Hash account) =>
        file.Read("SELECT * FROM segments WHERE account = $a ORDER BY place", ReadSegment, account.ToHex());

    /// <summary>The segments of all accounts that run a model.</summary>
    public IReadOnlyList<KeptSegment> SegmentsWith(Hash model) =>
        file.Read("SELECT * FROM segments WHERE model = $a ORDER BY account, place", ReadSegment, model.ToHex());

    /// <summary>The steps of an account from one on, in order; only those that are not in the log yet, if asked.</summary>
    public IReadOnlyList<KeptStep> StepsOf(Hash account, ulong from = 0, bool unlogged = false) => file.Read(
        $"SELECT step, time, event, logged FROM steps WHERE account = $a AND step >= $b {(unlogged ? "AND logged = 0 " : "")}ORDER BY step",
        row => new KeptStep((ulong)row.GetInt64(0), (ulong)row.GetInt64(1), (byte[])row[2], row.GetInt64(3) != 0), account.ToHex(), (long)from);

    /// <summary>The settled epochs of a segment from a number on, in order. Grows with history: for whoever computes anew, not for pages.</summary>
    public IEnumerable<KeptEpoch> EpochsOf(Hash account, int segment, ulong from = 0)
    {
        // In pieces, so that the lock is not held meanwhile and memory does not grow.
        const int Piece = 4096;
        while (true)
        {
            var piece = file.Read($"SELECT * FROM epochs WHERE account = $a AND segment = $b AND number >= $c ORDER BY number LIMIT {Piece}", EpochRows.Read,
                account.ToHex(), segment, (long)from);
            foreach (var epoch in piece)
                yield return epoch;
            if (piece.Count < Piece)
                yield break;
            from = piece[^1].Number + 1;
        }
    }

    /// <summary>At most so many epochs of a segment, spread evenly over its history, the first and the last among them.</summary>
    public IReadOnlyList<KeptEpoch> Thinned(Hash account, int segment, int most) => file.Look<IReadOnlyList<KeptEpoch>>(_ =>
    {
        var list = new List<KeptEpoch>();
        using var newest = file.Command(null, "SELECT MAX(number) FROM epochs WHERE account = $a AND segment = $b", account.ToHex(), segment);
        if (newest.ExecuteScalar() is not long last)
            return list;
        // Each by its key: what is between them is not read.
        using var command = file.Command(null, "SELECT * FROM epochs WHERE account = $a AND segment = $b AND number = $c", account.ToHex(), segment, 0L);
        var points = Math.Min(last + 1, most);
        for (long i = 0; i < points; i++)
        {
            command.Parameters[2].Value = points == 1 ? last : (long)((UInt128)i * (UInt128)last / (UInt128)(points - 1));
            using var row = command.ExecuteReader();
            if (row.Read())
                list.Add(EpochRows.Read(row));
        }
        return list;
    });

    /// <summary>The first settled epoch of a segment, or null.</summary>
    public KeptEpoch? FirstOf(Hash account, int segment) =>
        file.Read("SELECT * FROM epochs WHERE account = $a AND segment = $b AND number = 0", EpochRows.Read, account.ToHex(), segment).FirstOrDefault();

    /// <summary>The newest epochs of a segment in which the change detector alarmed, newest first.</summary>
    public IReadOnlyList<KeptEpoch> Alarmed(Hash account, int segment, int most) => file.Read(
        "SELECT * FROM epochs WHERE account = $a AND segment = $b AND alarmed = 1 ORDER BY number DESC LIMIT $c", EpochRows.Read,
        account.ToHex(), segment, most);

    /// <summary>What was settled on each day since a time: (Unix day, epochs, passes, failures, alarms), oldest first.</summary>
    public IReadOnlyList<DaySettled> Days(Hash account, ulong since) => file.Read(
        """
        SELECT time / 86400, COUNT(*), SUM(r), SUM(d + w + u), SUM(alarmed) FROM epochs WHERE account = $a AND time >= $b GROUP BY time / 86400 ORDER BY 1
        """,
        row => new DaySettled(row.GetInt64(0), (ulong)row.GetInt64(1), (ulong)row.GetInt64(2), (ulong)row.GetInt64(3), (ulong)row.GetInt64(4)), account.ToHex(), (long)since);

    public void Dispose() => file.Dispose();

    private static KeptAccount ReadAccount(SqliteDataReader row) => new(
        Hash.FromHex(row.GetString(0)), row.GetString(1), row.GetString(2), row.GetString(3), Hash.FromHex(row.GetString(4)), row.GetString(5), row.GetString(6),
        (ulong)row.GetInt64(7), (ulong)row.GetInt64(8), (byte[])row[9]);

    private static KeptSegment ReadSegment(SqliteDataReader row) => new(
        Hash.FromHex(row.GetString(0)), row.GetInt32(1), Hash.FromHex(row.GetString(2)), row.GetString(3), row.GetString(4), row.GetString(5));
}

/// <summary>What was settled on one day.</summary>
/// <param name="Day">Since 1970-01-01.</param>
public readonly record struct DaySettled(long Day, ulong Epochs, ulong Passes, ulong Failures, ulong Alarms);
