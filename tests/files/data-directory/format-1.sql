PRAGMA application_id = 1098019909;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE about (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "about" VALUES('version','0.1.0.dev0');
CREATE TABLE calls (
        world INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (world, number)
    ) WITHOUT ROWID;
INSERT INTO "calls" VALUES(1,0,'{"number":0,"at":{"\u0000instant":"2026-11-23T12:00:00+00:00"},"service":"organizations","operation":"CreateOrganization","members":{"FeatureSet":"ALL"},"value":{"Organization":{"Id":"o-pnuuegt3vv","Arn":"arn:aws:organizations::111122223333:organization/o-pnuuegt3vv","FeatureSet":"ALL","MasterAccountArn":"arn:aws:organizations::111122223333:account/o-pnuuegt3vv/111122223333","MasterAccountId":"111122223333","MasterAccountEmail":"account-111122223333@example.com","AvailablePolicyTypes":[{"Type":"SERVICE_CONTROL_POLICY","Status":"ENABLED"}]}},"failure":null,"request_id":"9e762db2-3e84-4bd8-a0d8-754a09a8f73c","user_agent":"","size":21,"caller":{"account_id":"111122223333","arn":"arn:aws:iam::111122223333:root","user_id":"111122223333","access_key_id":"111122223333"}}');
INSERT INTO "calls" VALUES(1,1,'{"number":1,"at":{"\u0000instant":"2026-11-23T12:00:00+00:00"},"service":"organizations","operation":"CreateAccount","members":{"AccountName":"first","Email":"first@example.com"},"value":{"CreateAccountStatus":{"Id":"car-78dde6e5fd29f054fc76d39b08d9f56e","AccountName":"first","State":"IN_PROGRESS","RequestedTimestamp":{"\u0000instant":"2026-11-23T12:00:00+00:00"}}},"failure":null,"request_id":"aa95ae8a-7c86-4bf4-a809-94f965fd9a54","user_agent":"","size":54,"caller":{"account_id":"111122223333","arn":"arn:aws:iam::111122223333:root","user_id":"111122223333","access_key_id":"111122223333"}}');
INSERT INTO "calls" VALUES(1,2,'{"number":2,"at":{"\u0000instant":"2026-11-23T12:00:00+00:00"},"service":"organizations","operation":"CreateAccount","members":{"AccountName":"second","Email":"second@example.com"},"value":{"CreateAccountStatus":{"Id":"car-f1bbcdcbfa53e0a8ee9d4ff34613b020","AccountName":"second","State":"IN_PROGRESS","RequestedTimestamp":{"\u0000instant":"2026-11-23T12:00:00+00:00"}}},"failure":null,"request_id":"15929157-3aab-4c1f-8f00-9c01c99701bd","user_agent":"","size":56,"caller":{"account_id":"111122223333","arn":"arn:aws:iam::111122223333:root","user_id":"111122223333","access_key_id":"111122223333"}}');
CREATE TABLE events (
        layer INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (layer, number)
    ) WITHOUT ROWID;
INSERT INTO "events" VALUES(2,1,'["OrganizationCreated",{"at":"2026-11-23T12:00:00Z","organization_id":"o-pnuuegt3vv","management_account_id":"111122223333"}]
["RoleCreated",{"at":"2026-11-23T12:00:00Z","account_id":"111122223333","role_name":"AWSServiceRoleForOrganizations"}]
["AccountJoined",{"at":"2026-11-23T12:00:00Z","organization_id":"o-pnuuegt3vv","management_account_id":"111122223333","account_id":"111122223333","invited":true}]');
INSERT INTO "events" VALUES(2,2,'["RoleCreated",{"at":"2026-11-23T12:00:00Z","account_id":"704513259394","role_name":"AWSServiceRoleForOrganizations"}]
["AccountJoined",{"at":"2026-11-23T12:00:00Z","organization_id":"o-pnuuegt3vv","management_account_id":"111122223333","account_id":"704513259394","invited":false}]
["RoleCreated",{"at":"2026-11-23T12:00:00Z","account_id":"704513259394","role_name":"OrganizationAccountAccessRole"}]
["AccountCreationRequested",{"at":"2026-11-23T12:00:00Z","organization_id":"o-pnuuegt3vv","management_account_id":"111122223333","creation_id":"car-78dde6e5fd29f054fc76d39b08d9f56e","account_name":"first","completes_at":"2026-11-23T12:00:00Z","account_id":"704513259394","govcloud_account_id":null,"failure":null}]');
INSERT INTO "events" VALUES(3,3,'["RoleCreated",{"at":"2026-11-23T12:00:00Z","account_id":"687494708517","role_name":"AWSServiceRoleForOrganizations"}]
["AccountJoined",{"at":"2026-11-23T12:00:00Z","organization_id":"o-pnuuegt3vv","management_account_id":"111122223333","account_id":"687494708517","invited":false}]
["RoleCreated",{"at":"2026-11-23T12:00:00Z","account_id":"687494708517","role_name":"OrganizationAccountAccessRole"}]
["AccountCreationRequested",{"at":"2026-11-23T12:00:00Z","organization_id":"o-pnuuegt3vv","management_account_id":"111122223333","creation_id":"car-f1bbcdcbfa53e0a8ee9d4ff34613b020","account_name":"second","completes_at":"2026-11-23T12:00:00Z","account_id":"687494708517","govcloud_account_id":null,"failure":null}]');
CREATE TABLE journal (
        number INTEGER PRIMARY KEY, world INTEGER NOT NULL, layer INTEGER NOT NULL,
        changes TEXT NOT NULL, events TEXT NOT NULL, calls TEXT NOT NULL
    );
CREATE TABLE layers (id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER, takes_events INTEGER NOT NULL);
INSERT INTO "layers" VALUES(1,NULL,0);
INSERT INTO "layers" VALUES(2,1,1);
INSERT INTO "layers" VALUES(3,2,1);
CREATE TABLE records (
        layer INTEGER NOT NULL, path TEXT NOT NULL, text TEXT, PRIMARY KEY (layer, path)
    ) WITHOUT ROWID;
INSERT INTO "records" VALUES(1,'["seed"]','"fixture"');
INSERT INTO "records" VALUES(1,'["serial"]','0');
INSERT INTO "records" VALUES(2,'["accounts","704513259394"]','{"id":"704513259394","name":"first","email":"first@example.com","suspended":false,"activated_at":null}');
INSERT INTO "records" VALUES(2,'["emails","first@example.com"]','"704513259394"');
INSERT INTO "records" VALUES(2,'["memberships","111122223333"]','{"account_id":"111122223333","organization_id":"o-pnuuegt3vv","parent_id":"r-te8b","serial":2,"joined_at":"2026-11-23T12:00:00Z","method":"INVITED","ends_at":null}');
INSERT INTO "records" VALUES(2,'["memberships","704513259394"]','{"account_id":"704513259394","organization_id":"o-pnuuegt3vv","parent_id":"r-te8b","serial":5,"joined_at":"2026-11-23T12:00:00Z","method":"CREATED","ends_at":null}');
INSERT INTO "records" VALUES(2,'["organizations","o-pnuuegt3vv","fulfilled_creations",4]','{"id":"car-78dde6e5fd29f054fc76d39b08d9f56e","serial":4,"account_name":"first","requested_at":"2026-11-23T12:00:00Z","completes_at":"2026-11-23T12:00:00Z","account_id":"704513259394","govcloud_account_id":null,"failure":null}');
INSERT INTO "records" VALUES(2,'["organizations","o-pnuuegt3vv","members",2]','"111122223333"');
INSERT INTO "records" VALUES(2,'["organizations","o-pnuuegt3vv","members",5]','"704513259394"');
INSERT INTO "records" VALUES(2,'["organizations","o-pnuuegt3vv"]','{"id":"o-pnuuegt3vv","partition":"aws","management_account_id":"111122223333","root_id":"r-te8b","feature_set":"ALL","created_at":"2026-11-23T12:00:00Z","creating":[{"id":"car-78dde6e5fd29f054fc76d39b08d9f56e","serial":4,"account_name":"first","requested_at":"2026-11-23T12:00:00Z","completes_at":"2026-11-23T12:00:00Z","account_id":"704513259394","govcloud_account_id":null,"failure":null}]}');
INSERT INTO "records" VALUES(2,'["roles","111122223333","awsservicerolefororganizations"]','{"id":"AROAWWWH6PSMAH4BWXJHS","account_id":"111122223333","name":"AWSServiceRoleForOrganizations","path":"/aws-service-role/organizations.amazonaws.com/","trust_policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"organizations.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}","description":"Service-linked role used by AWS Organizations to enable integration of other AWS services with Organizations.","created_at":"2026-11-23T12:00:00Z","linked_service":"organizations.amazonaws.com","managed_policies":["aws-service-role/AWSOrganizationsServiceTrustPolicy"]}');
INSERT INTO "records" VALUES(2,'["roles","111122223333"]','{}');
INSERT INTO "records" VALUES(2,'["roles","704513259394","awsservicerolefororganizations"]','{"id":"AROA3ASMVNNOFQTZFVVDS","account_id":"704513259394","name":"AWSServiceRoleForOrganizations","path":"/aws-service-role/organizations.amazonaws.com/","trust_policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"organizations.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}","description":"Service-linked role used by AWS Organizations to enable integration of other AWS services with Organizations.","created_at":"2026-11-23T12:00:00Z","linked_service":"organizations.amazonaws.com","managed_policies":["aws-service-role/AWSOrganizationsServiceTrustPolicy"]}');
INSERT INTO "records" VALUES(2,'["roles","704513259394","organizationaccountaccessrole"]','{"id":"AROAVXR6TD6AJ7PEQISU5","account_id":"704513259394","name":"OrganizationAccountAccessRole","path":"/","trust_policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"},\"Action\":\"sts:AssumeRole\"}]}","description":"","created_at":"2026-11-23T12:00:00Z","managed_policies":["AdministratorAccess"]}');
INSERT INTO "records" VALUES(2,'["roles","704513259394"]','{}');
INSERT INTO "records" VALUES(2,'["serial"]','7');
INSERT INTO "records" VALUES(2,'["units","r-te8b","accounts",2]','"111122223333"');
INSERT INTO "records" VALUES(2,'["units","r-te8b","accounts",5]','"704513259394"');
INSERT INTO "records" VALUES(2,'["units","r-te8b"]','{"id":"r-te8b","organization_id":"o-pnuuegt3vv","parent_id":null,"name":"Root","serial":1}');
INSERT INTO "records" VALUES(3,'["accounts","687494708517"]','{"id":"687494708517","name":"second","email":"second@example.com","suspended":false,"activated_at":null}');
INSERT INTO "records" VALUES(3,'["emails","second@example.com"]','"687494708517"');
INSERT INTO "records" VALUES(3,'["memberships","687494708517"]','{"account_id":"687494708517","organization_id":"o-pnuuegt3vv","parent_id":"r-te8b","serial":9,"joined_at":"2026-11-23T12:00:00Z","method":"CREATED","ends_at":null}');
INSERT INTO "records" VALUES(3,'["organizations","o-pnuuegt3vv","fulfilled_creations",8]','{"id":"car-f1bbcdcbfa53e0a8ee9d4ff34613b020","serial":8,"account_name":"second","requested_at":"2026-11-23T12:00:00Z","completes_at":"2026-11-23T12:00:00Z","account_id":"687494708517","govcloud_account_id":null,"failure":null}');
INSERT INTO "records" VALUES(3,'["organizations","o-pnuuegt3vv","members",9]','"687494708517"');
INSERT INTO "records" VALUES(3,'["organizations","o-pnuuegt3vv"]','{"id":"o-pnuuegt3vv","partition":"aws","management_account_id":"111122223333","root_id":"r-te8b","feature_set":"ALL","created_at":"2026-11-23T12:00:00Z","creating":[{"id":"car-f1bbcdcbfa53e0a8ee9d4ff34613b020","serial":8,"account_name":"second","requested_at":"2026-11-23T12:00:00Z","completes_at":"2026-11-23T12:00:00Z","account_id":"687494708517","govcloud_account_id":null,"failure":null}]}');
INSERT INTO "records" VALUES(3,'["roles","687494708517","awsservicerolefororganizations"]','{"id":"AROAVCATBMJGA47MNZKIK","account_id":"687494708517","name":"AWSServiceRoleForOrganizations","path":"/aws-service-role/organizations.amazonaws.com/","trust_policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"organizations.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}","description":"Service-linked role used by AWS Organizations to enable integration of other AWS services with Organizations.","created_at":"2026-11-23T12:00:00Z","linked_service":"organizations.amazonaws.com","managed_policies":["aws-service-role/AWSOrganizationsServiceTrustPolicy"]}');
INSERT INTO "records" VALUES(3,'["roles","687494708517","organizationaccountaccessrole"]','{"id":"AROATUZNQMGF4ZLLE3EPT","account_id":"687494708517","name":"OrganizationAccountAccessRole","path":"/","trust_policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"},\"Action\":\"sts:AssumeRole\"}]}","description":"","created_at":"2026-11-23T12:00:00Z","managed_policies":["AdministratorAccess"]}');
INSERT INTO "records" VALUES(3,'["roles","687494708517"]','{}');
INSERT INTO "records" VALUES(3,'["serial"]','11');
INSERT INTO "records" VALUES(3,'["units","r-te8b","accounts",9]','"687494708517"');
CREATE TABLE snapshots (
        id INTEGER PRIMARY KEY, world INTEGER NOT NULL, name TEXT NOT NULL, layer INTEGER NOT NULL,
        options TEXT NOT NULL, clock TEXT NOT NULL, UNIQUE (world, name)
    );
INSERT INTO "snapshots" VALUES(1,1,'early',2,'{"leave_wait_period": 345600.0}','{"frozen_at": "2026-11-23T12:00:00+00:00"}');
CREATE TABLE worlds (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, layer INTEGER NOT NULL,
        origin INTEGER NOT NULL, calls_after INTEGER NOT NULL DEFAULT 0
    , options text not null default '', clock text not null default '', first_clock text not null default '');
INSERT INTO "worlds" VALUES(1,'default',3,1,0,'{"leave_wait_period": 345600.0}','{"frozen_at": "2026-11-23T12:00:00+00:00"}','{"frozen_at": "2026-11-23T12:00:00+00:00"}');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('layers',3);
INSERT INTO "sqlite_sequence" VALUES('worlds',1);
COMMIT;
