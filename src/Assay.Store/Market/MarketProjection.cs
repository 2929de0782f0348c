using Assay.Verify.Crypto;
using Microsoft.Data.Sqlite;

namespace Assay.Store.Market;

/// <summary>
/// What a market's journal says, in SQLite, to be asked by holder, by event and by time. A projection: whatever is in it is a function of
/// the log, and it may be dropped and made again at any time.
/// </summary>
/// <remarks>Safe for use by several threads. Other processes may read meanwhile.</remarks>
public sealed class MarketProjection : IDisposable
{
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS projected (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER NOT NULL, state TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS events (
            entry INTEGER NOT NULL, place INTEGER NOT NULL, time INTEGER NOT NULL, what TEXT NOT NULL, by INTEGER, text BLOB NOT NULL,
            PRIMARY KEY (entry, place)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS changes (
            holder_kind INTEGER NOT NULL, holder INTEGER NOT NULL, entry INTEGER NOT NULL, place INTEGER NOT NULL, asset_kind INTEGER NOT NULL, asset INTEGER NOT NULL,
            change INTEGER NOT NULL, balance INTEGER NOT NULL,
            PRIMARY KEY (holder_kind, holder, entry, place, asset_kind, asset)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS changes_by_event ON changes (entry, place);
        CREATE TABLE IF NOT EXISTS positions (
            holder_kind INTEGER NOT NULL, holder INTEGER NOT NULL, asset_kind INTEGER NOT NULL, asset INTEGER NOT NULL, balance INTEGER NOT NULL,
            PRIMARY KEY (holder_kind, holder, asset_kind, asset)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS positions_by_asset ON positions (asset_kind, asset);
        CREATE TABLE IF NOT EXISTS prices (
            kind TEXT NOT NULL, subject TEXT NOT NULL, entry INTEGER NOT NULL, place INTEGER NOT NULL, time INTEGER NOT NULL, price INTEGER NOT NULL,
            PRIMARY KEY (kind, subject, entry, place)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS settlements (
            kind TEXT NOT NULL, number INTEGER NOT NULL, entry INTEGER NOT NULL, place INTEGER NOT NULL, time INTEGER NOT NULL, units INTEGER NOT NULL, detail BLOB NOT NULL,
            PRIMARY KEY (kind, number, entry, place)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS settlements_by_entry ON settlements (entry, place);
        """;

    private readonly SqliteFile file;

    /// <exception cref="StoreException">The database cannot be opened or made.</exception>
    public MarketProjection(string path) => file = new SqliteFile(path, Tables);

    /// <summary>How far it has come; null where nothing is in it.</summary>
    public ProjectedTo? To => file.Read("SELECT entries, state FROM projected", row => new ProjectedTo((ulong)row.GetInt64(0), Hash.FromHex(row.GetString(1)))) is [var to] ? to : null;

    /// <summary>Takes in what comes next of the journal.</summary>
    /// <exception cref="StoreException">The disk does not take it: nothing was changed.</exception>
    public void Put(IEnumerable<KeptMarketEvent> events, ProjectedTo to) => file.Write(transaction =>
    {
        foreach (var e in events)
            Put(transaction, e);
        file.Run(transaction, "INSERT OR REPLACE INTO projected VALUES (1, $a, $b)", (long)to.Entries, to.State.ToHex());
    });

    /// <summary>Forgets everything.</summary>
    public void Clear() => file.Write(transaction =>
    {
        foreach (var table in (string[])["projected", "events", "changes", "positions", "prices", "settlements"])
            file.Run(transaction, $"DELETE FROM {table}");
    });

    /// <summary>What a holder has, in the order of assets.</summary>
    public IReadOnlyList<(int AssetKind, ulong Asset, long Balance)> PositionsOf(int holderKind, ulong holder) => file.Read(
        "SELECT asset_kind, asset, balance FROM positions WHERE holder_kind = $a AND holder = $b ORDER BY asset_kind, asset",
        row => (row.GetInt32(0), (ulong)row.GetInt64(1), row.GetInt64(2)), holderKind, (long)holder);

    /// <summary>All balances that are not zero, in order of holder and then of asset.</summary>
    public IReadOnlyList<(int HolderKind, ulong Holder, int AssetKind, ulong Asset, long Balance)> Positions() => file.Read(
        "SELECT holder_kind, holder, asset_kind, asset, balance FROM positions ORDER BY holder_kind, holder, asset_kind, asset",
        row => (row.GetInt32(0), (ulong)row.GetInt64(1), row.GetInt32(2), (ulong)row.GetInt64(3), row.GetInt64(4)));

    /// <summary>The newest events that changed what a holder has, newest first, each with the changes of this holder.</summary>
    /// <param name="before">Only of entries of the journal before this one.</param>
    public IReadOnlyList<KeptMarketEvent> HistoryOf(int holderKind, ulong holder, ulong before, int most)
    {
        var events = file.Read(
            """
            SELECT entry, place, time, what, by, text FROM events e WHERE entry < $c AND EXISTS
                (SELECT 1 FROM changes c WHERE c.holder_kind = $a AND c.holder = $b AND c.entry = e.entry AND c.place = e.place)
            ORDER BY entry DESC, place DESC LIMIT $d
            """, ReadEvent, holderKind, (long)holder, (long)Math.Min(before, long.MaxValue), most);
        return [.. events.Select(e => e with
        {
            Changes = file.Read(
                "SELECT holder_kind, holder, asset_kind, asset, change, balance FROM changes WHERE holder_kind = $a AND holder = $b AND entry = $c AND place = $d ORDER BY asset_kind, asset",
                ReadChange, holderKind, (long)holder, (long)e.Entry, e.Place),
        })];
    }

    /// <summary>All that an event changed, in order of holder and then of asset.</summary>
    public IReadOnlyList<KeptChange> ChangesOf(ulong entry, int place) => file.Read(
        "SELECT holder_kind, holder, asset_kind, asset, change, balance FROM changes WHERE entry = $a AND place = $b ORDER BY holder_kind, holder, asset_kind, asset",
        ReadChange, (long)entry, place);

    /// <summary>The newest prices of something, oldest first: (journal entry, Unix seconds, price).</summary>
    public IReadOnlyList<(ulong Entry, ulong Time, ulong Price)> PricesOf(string kind, string subject, int most) =>
    [
        .. file.Read(
            "SELECT entry, time, price FROM prices WHERE kind = $a AND subject = $b ORDER BY entry DESC, place DESC LIMIT $c",
            row => ((ulong)row.GetInt64(0), (ulong)row.GetInt64(1), (ulong)row.GetInt64(2)), kind, subject, most).Reverse(),
    ];

    /// <summary>The newest settlements, newest first; of one kind, if asked.</summary>
    public IReadOnlyList<KeptSettlementAt> Settlements(int most, string? kind = null) => file.Read(
        $"SELECT * FROM settlements {(kind is null ? "" : "WHERE kind = $b ")}ORDER BY entry DESC, place DESC, kind, number LIMIT $a", ReadSettlement, kind is null ? [most] : [most, kind]);

    /// <summary>How something came out, newest first: more than once only where a slash was undone.</summary>
    public IReadOnlyList<KeptSettlementAt> SettlementsOf(string kind, ulong number) => file.Read(
        "SELECT * FROM settlements WHERE kind = $a AND number = $b ORDER BY entry DESC, place DESC", ReadSettlement, kind, (long)number);

    public void Dispose() => file.Dispose();

    private void Put(SqliteTransaction transaction, KeptMarketEvent e)
    {
        file.Run(transaction, "INSERT INTO events VALUES ($a, $b, $c, $d, $e, $f)", (long)e.Entry, e.Place, (long)e.Time, e.Do, e.By is { } by ? (long)by : DBNull.Value, e.Text);
        foreach (var c in e.Changes)
        {
            file.Run(transaction, "INSERT INTO changes VALUES ($a, $b, $c, $d, $e, $f, $g, $h)",
                c.HolderKind, (long)c.Holder, (long)e.Entry, e.Place, c.AssetKind, (long)c.Asset, c.Change, c.Balance);
            if (c.Balance == 0)
                file.Run(transaction, "DELETE FROM positions WHERE holder_kind = $a AND holder = $b AND asset_kind = $c AND asset = $d", c.HolderKind, (long)c.Holder, c.AssetKind, (long)c.Asset);
            else
                file.Run(transaction, "INSERT OR REPLACE INTO positions VALUES ($a, $b, $c, $d, $e)", c.HolderKind, (long)c.Holder, c.AssetKind, (long)c.Asset, c.Balance);
        }
        foreach (var price in e.Prices)
            file.Run(transaction, "INSERT OR REPLACE INTO prices VALUES ($a, $b, $c, $d, $e, $f)", price.Kind, price.Subject, (long)e.Entry, e.Place, (long)e.Time, (long)price.Price);
        foreach (var settled in e.Settlements)
            file.Run(transaction, "INSERT OR REPLACE INTO settlements VALUES ($a, $b, $c, $d, $e, $f, $g)", settled.Kind, (long)settled.Number, (long)e.Entry, e.Place, (long)e.Time, settled.Units, settled.Detail);
    }

    private static KeptMarketEvent ReadEvent(SqliteDataReader row) => new(
        (ulong)row.GetInt64(0), row.GetInt32(1), (ulong)row.GetInt64(2), row.GetString(3), row.IsDBNull(4) ? null : (ulong)row.GetInt64(4), (byte[])row[5], [], [], []);

    private static KeptSettlementAt ReadSettlement(SqliteDataReader row) => new(
        new KeptSettlement(row.GetString(0), (ulong)row.GetInt64(1), row.GetInt64(5), (byte[])row[6]), (ulong)row.GetInt64(2), row.GetInt32(3), (ulong)row.GetInt64(4));

    private static KeptChange ReadChange(SqliteDataReader row) =>
        new(row.GetInt32(0), (ulong)row.GetInt64(1), row.GetInt32(2), (ulong)row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));
}
