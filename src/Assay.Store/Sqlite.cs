using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Assay.Store;

/// <summary>Opens SQLite databases with the system's library, durable and readable by their owner only.</summary>
internal static class Sqlite
{
    private const int Corrupt = 11;       // SQLITE_CORRUPT
    private const int NotADatabase = 26;  // SQLITE_NOTADB
    private const int Constraint = 19;    // SQLITE_CONSTRAINT

    private static readonly Lazy<bool> Ready = new(() =>
    {
        // The managed provider asks for "e_sqlite3", a native copy that we do not ship.
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, (name, assembly, path) =>
            name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0", assembly, path) : 0);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    });

    /// <exception cref="StoreException">It cannot be opened; see <see cref="Told"/>.</exception>
    public static SqliteConnection Open(string path)
    {
        _ = Ready.Value;
        if (!File.Exists(path))
            // SQLite gives its journal the mode of its database.
            new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }).Dispose();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            // FULL: a committed transaction survives power loss, which the log relies on before it drops a segment.
            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON");
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Told(e, path);
        }
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The error in words for the operator: damaged, out of room, or what SQLite says.</summary>
    public static StoreException Told(SqliteException e, string path) => e.SqliteErrorCode switch
    {
        Corrupt or NotADatabase => new StoreException(StoreFault.Corrupt, $"{path} is damaged ({e.Message}): put it back from a backup"),
        Constraint => new StoreException(StoreFault.Corrupt, $"{path} holds another receipt at that place of the log: it belongs to another log"),
        // On a full disk SQLite fails in several ways, not all of which say so.
        _ when new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace < 64 * 1024 =>
            new StoreException(StoreFault.Unavailable, $"the disk is full: make room for {path}"),
        _ => new StoreException(StoreFault.Unavailable, $"{path}: {e.Message}"),
    };
}
